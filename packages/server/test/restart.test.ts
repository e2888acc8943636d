import { expect, test } from 'vitest';
import { findFreePort } from './helpers/free-port.ts';
import { runProgram } from './helpers/program.ts';
import { openReturning } from './helpers/returning-client.ts';
import { eventually, makeFolder } from './helpers/support.ts';

const streams = 2000;

test(`${streams} streams are told farewell at different times, and all are back after a restart, none refused`, async () => {
  const port = await findFreePort();
  const env = { PORT: String(port), DATA_DIR: makeFolder(), MAX_STREAMS_PER_ADDRESS: '10000' };
  const first = runProgram(env);
  await first.url();
  const clients = Array.from({ length: streams }, (_, index) =>
    openReturning(port, `browser=browser-${index}&arrivals=browser-${index}`),
  );
  await eventually(() => expect(clients.every(({ answers }) => answers.length === 1)).toBe(true), 30_000);

  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  await eventually(() => expect(clients.every(({ reconnectInMs }) => reconnectInMs !== undefined)).toBe(true));
  const times = clients.map(({ reconnectInMs }) => Number(reconnectInMs)).sort((a, b) => a - b);
  const second = runProgram(env);
  const url = await second.url();

  await eventually(() => expect(clients.every(({ answers }) => answers.length === 2)).toBe(true), 30_000);
  expect(new Set(clients.flatMap(({ answers }) => answers))).toEqual(new Set(['HTTP/1.1 200']));
  expect(times[0]).toBeGreaterThanOrEqual(500);
  expect(times.at(-1)).toBeLessThanOrEqual(2500);
  // Spread evenly: no tenth of the time has twice its share.
  for (let from = 500; from < 2500; from += 200) {
    expect(times.filter((time) => time >= from && time < from + 200).length).toBeLessThan(streams / 5);
  }
  await eventually(async () => {
    const snapshot = await (await fetch(`${url}/visitors`)).json();
    expect(snapshot).toMatchObject({ online: streams, browsers: streams, visits: streams });
  });
});

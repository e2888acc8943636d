import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeEvent } from '@live-visitors/shared';
import { expect, onTestFinished, test } from 'vitest';
import { runProgram } from './program.ts';
import { eventually } from './support.ts';

const streams = 2000;

/** A client as cheap as can be, which comes back when it is told to. */
function openReturning(port: number, index: number) {
  const client = { answers: [] as string[], reconnectInMs: Number.NaN };
  let socket: Socket;

  function open(lastEventId?: string) {
    let text = '';
    socket = connect(port, '127.0.0.1', () => {
      const header = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`;
      socket.write(`GET /stream?browser=browser-${index} HTTP/1.1\r\nHost: x\r\n${header}\r\n`);
    });
    socket.setEncoding('latin1').on('data', (chunk) => {
      if (text === '') client.answers.push(String(chunk).slice(0, 12));
      text += chunk;
    });
    socket.on('error', () => {});
    socket.once('close', async () => {
      const farewell = decodeEvent('farewell', /event: farewell\ndata: (.*)/.exec(text)?.[1] ?? '');
      if (farewell) client.reconnectInMs = farewell.reconnectInMs;
      if (client.answers.length !== 1 || !farewell) return;
      await wait(farewell.reconnectInMs);
      open(/id: (\d+)/.exec(text)?.[1]);
    });
  }
  open();
  onTestFinished(() => {
    socket.destroy();
  });
  return client;
}

test(`${streams} streams are told farewell at different times, and all are back after a restart, none refused`, async () => {
  const env = { MAX_STREAMS_PER_ADDRESS: '10000' };
  const first = runProgram({ PORT: '0', ...env });
  const port = Number(new URL(await first.url()).port);
  const clients = Array.from({ length: streams }, (_, index) => openReturning(port, index));
  await eventually(() => expect(clients.every(({ answers }) => answers.length === 1)).toBe(true), 30_000);

  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  const second = runProgram({ PORT: String(port), ...env });
  const url = await second.url();

  await eventually(() => expect(clients.every(({ answers }) => answers.length === 2)).toBe(true), 30_000);
  expect(new Set(clients.flatMap(({ answers }) => answers))).toEqual(new Set(['HTTP/1.1 200']));
  const times = clients.map(({ reconnectInMs }) => reconnectInMs).sort((a, b) => a - b);
  expect(times[0]).toBeGreaterThanOrEqual(500);
  expect(times.at(-1)).toBeLessThanOrEqual(2500);
  // Spread evenly: no tenth of the time has twice its share.
  for (let from = 500; from < 2500; from += 200) {
    expect(times.filter((time) => time >= from && time < from + 200).length).toBeLessThan(streams / 5);
  }
  await eventually(async () => {
    const snapshot = await (await fetch(`${url}/visitors`)).json();
    expect(snapshot).toMatchObject({ online: streams, browsers: streams, visits: 0 });
  });
});

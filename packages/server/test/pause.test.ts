import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runProgram } from './helpers/program.ts';
import { eventually, openServer, openSocket, openStream } from './helpers/support.ts';

const tabs = 4;

/** A browser's stream on a socket of its own, so that it can be closed while the server does not run. */
function openBrowser(port: number, name: string, arrivals: number) {
  const ids = Array.from({ length: arrivals }, (_, index) => `${name}-${index}`).join();
  return openSocket(
    port,
    `GET /stream?browser=${name}&tabs=${tabs}${ids && `&arrivals=${ids}`} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
  );
}

/** The figures of the last snapshot that a socket received. */
function lastSnapshot(received: string) {
  const data = received.split('event: visitors').at(-1)?.split('data: ')[1]?.split('\n')[0] ?? '{}';
  return JSON.parse(data) as { online: number; peak: number; visits: number; visitorSeconds: number; at: number };
}

test('a process that stalled reads who has left before it counts', async () => {
  const { url, port } = await openServer();
  const witness = await openStream(`${url}/stream`);
  const leaving = Array.from({ length: 20 }, (_, index) => openBrowser(port, `browser-${index}`, tabs));
  await eventually(() => expect(witness.of('visitors').at(-1)?.payload.online).toBe(20 * tabs + 1));

  // Timers, and with them a due tick, follow in the event loop before any socket is read.
  const stalledAt = await new Promise<number>((resolve) => {
    setImmediate(() => {
      const now = Date.now();
      for (const { socket } of leaving) socket.destroy();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3500);
      resolve(now);
    });
  });
  // A tick just before that may arrive only now.
  const countedSince = () => witness.of('visitors').flatMap(({ payload }) => (payload.at > stalledAt ? payload : []));
  await eventually(() => expect(countedSince().length).toBeGreaterThan(2));
  const counts = countedSince();
  expect(counts.map(({ online }) => online)).toEqual(counts.map(() => 1));
  const [first, last] = [counts[0], counts.at(-1)];
  if (!first || !last) throw new Error('there are three');
  expect(last.visitorSeconds - first.visitorSeconds).toBeLessThanOrEqual((last.at - first.at) / 1000 + 1);
});

test('a process that was paused counts those who reloaded meanwhile at its first tick, whatever their number', async () => {
  const { child, url } = runProgram({ PORT: '0', MAX_STREAMS_PER_ADDRESS: '1000' });
  const port = Number(new URL(await url()).port);
  // More than there are turns to wait for, and few enough for a machine that is twenty times slower.
  const names = Array.from({ length: 60 }, (_, index) => `browser-${index}`);
  const first = names.map((name) => openBrowser(port, name, tabs));
  const witness = openBrowser(port, 'the-witness', tabs);
  const all = (names.length + 1) * tabs;
  await eventually(() => expect(lastSnapshot(witness.received()).online).toBe(all));
  child.kill('SIGSTOP');
  await eventually(() => expect(readFileSync(`/proc/${child.pid}/stat`, 'utf8')).toMatch(/\) T /));
  for (const { socket } of first) socket.destroy();
  const returning = names.map((name) => openBrowser(port, name, 0));
  await wait(3500);
  const onlineSeen = () => [...witness.received().matchAll(/"online":(\d+),/g)].map(([, online]) => Number(online));
  const seen = onlineSeen().length;
  child.kill('SIGCONT');
  await eventually(() => expect(onlineSeen().length).toBeGreaterThan(seen + 2));
  for (const { socket } of returning) expect(socket.destroyed).toBe(false);
  expect(new Set(onlineSeen().slice(seen))).toEqual(new Set([all]));
});

test('a process that was paused counts nobody who left meanwhile, and the pause raises no total', async () => {
  const { child, url } = runProgram({ PORT: '0' });
  const port = Number(new URL(await url()).port);
  const names = Array.from({ length: 40 }, (_, index) => `browser-${index}`);
  const first = names.map((name) => openBrowser(port, name, tabs));
  const witness = openBrowser(port, 'the-witness', tabs);
  const all = (names.length + 1) * tabs;
  await eventually(() => expect(lastSnapshot(witness.received())).toMatchObject({ online: all, peak: all }));
  const before = lastSnapshot(witness.received());

  child.kill('SIGSTOP');
  // From here on, the timer of the next tick goes off before any socket is read (epoll_wait(2) ends with EINTR).
  await eventually(() => expect(readFileSync(`/proc/${child.pid}/stat`, 'utf8')).toMatch(/\) T /));
  for (const { socket } of first) socket.destroy();
  // All but a few come back with other ids, as after a reload; their requests wait until the process goes on.
  const returning = names.slice(5).map((name) => openBrowser(port, `again-${name}`, tabs));
  const pauseMs = 4000;
  await wait(pauseMs);
  const onlineSeen = () => [...witness.received().matchAll(/"online":(\d+),/g)].map(([, online]) => Number(online));
  const seen = onlineSeen().length;
  child.kill('SIGCONT');

  const left = all - 5 * tabs;
  await eventually(() =>
    expect(
      onlineSeen()
        .slice(seen)
        .filter((online) => online === left).length,
    ).toBeGreaterThan(2),
  );
  for (const online of onlineSeen().slice(seen)) expect(online).toBeLessThanOrEqual(left);
  const after = lastSnapshot(witness.received());
  expect(after).toMatchObject({ online: left, peak: all, visits: before.visits + returning.length * tabs });
  // The time before and after it is counted as usual, but the pause is not.
  const countedMs = after.at - before.at - pauseMs;
  expect(after.visitorSeconds - before.visitorSeconds).toBeLessThan((countedMs / 1000 + 1) * all);
});

import { paths } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { askServer, createSilenceWatch } from '../../src/dashboard/silence-watch.ts';
import type { Connection } from '../../src/stream/connection.ts';
import { type Answer, startServer } from './server.ts';

/** When the watch finds the stream held back, of connections that are looked at each second. */
async function found(connections: Connection[], answers: (second: number) => boolean) {
  let second = 0;
  const asked: number[] = [];
  const watch = createSilenceWatch(
    async () => {
      asked.push(second);
      return answers(second);
    },
    () => second * 1000,
  );
  const silent: number[] = [];
  for (const connection of connections) {
    watch.check(connection);
    // What was asked is answered before the next second.
    await Promise.resolve();
    await Promise.resolve();
    if (watch.isSilent()) silent.push(second);
    second++;
  }
  return { asked, silent };
}

const connecting: Connection = { state: 'connecting' };
const trying: Connection = { state: 'reconnecting', inMs: 0 };
const waiting: Connection = { state: 'reconnecting', inMs: 5000 };
const live: Connection = { state: 'live' };
const times = (count: number, connection: Connection) => Array<Connection>(count).fill(connection);

describe('a stream that brings nothing', () => {
  test('is held back on the way if the server answers when it is asked directly', async () => {
    const { asked, silent } = await found(times(12, connecting), () => true);
    expect(asked).toEqual([4]);
    // Six snapshots are missing.
    expect(silent[0]).toBe(6);
  });

  test('goes on to be held back while it is given up and opened anew', async () => {
    const { silent } = await found([...times(10, connecting), ...times(10, trying)], () => true);
    expect(silent.at(-1)).toBe(19);
  });

  test('is none of the way’s fault if the server does not answer', async () => {
    const { asked, silent } = await found(times(30, connecting), () => false);
    expect(asked).toEqual([4, 14, 24]);
    expect(silent).toEqual([]);
  });

  test('is none of the way’s fault while the next try is yet to come', async () => {
    const { asked } = await found(times(30, waiting), () => true);
    expect(asked).toEqual([]);
  });

  test('was merely asleep if it speaks right after the server has answered', async () => {
    const { silent } = await found([...times(5, { state: 'stale' }), ...times(20, live)], () => true);
    expect(silent).toEqual([]);
  });

  test('is not held back any more when it speaks', async () => {
    const { silent } = await found([...times(12, connecting), ...times(5, live)], () => true);
    expect(silent.at(-1)).toBe(11);
  });

  test('is not held back if the answer comes when it has spoken already, or has fallen silent once more', async () => {
    let now = 0;
    const answers: ((answers: boolean) => void)[] = [];
    const watch = createSilenceWatch(
      () => new Promise((resolve) => answers.push(resolve)),
      () => now,
    );
    const pass = (seconds: number, connection: Connection) => {
      for (const end = now + seconds * 1000; now < end; now += 1000) watch.check(connection);
    };
    pass(5, connecting);
    expect(answers).toHaveLength(1);
    pass(1, live);
    answers[0]?.(true);
    await Promise.resolve();
    pass(5, live);
    expect(watch.isSilent()).toBe(false);

    pass(5, connecting);
    expect(answers).toHaveLength(2);
    pass(1, live);
    pass(3, connecting);
    answers[1]?.(true);
    await Promise.resolve();
    pass(3, connecting);
    expect(answers).toHaveLength(3);
    expect(watch.isSilent()).toBe(false);
  });
});

describe('a server that is asked directly', () => {
  test('answers if it says that all is well', async () => {
    const { url, asked } = await startServer((response) => response.end('ok'));
    expect(await askServer(url)).toBe(true);
    expect(asked).toEqual([paths.healthz]);
  });

  test.each<[string, Answer]>([
    ['is in trouble', (response) => response.writeHead(503).end('ok')],
    ['hangs up', (response) => response.destroy()],
    // Until it is given up after three seconds.
    ['says nothing', () => {}],
  ])('does not answer if it %s', async (_, answer) => {
    const { url, asked } = await startServer(answer);
    expect(await askServer(url)).toBe(false);
    expect(asked).toEqual([paths.healthz]);
  });
});

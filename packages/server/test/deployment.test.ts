import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openWhenFree } from '../../live-visitors/src/open-when-free.ts';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { StoreInUseError } from '../src/store/store.ts';
import { findFreePort } from './helpers/free-port.ts';
import { runProgram, startMs } from './helpers/program.ts';
import { openReturning } from './helpers/returning-client.ts';
import { eventually, makeFolder } from './helpers/support.ts';

type Program = ReturnType<typeof runProgram>;

const countIn = (text: string, part: string) => text.split(part).length - 1;
const waiting = '"msg":"waiting for another process to stop"';
const listening = '"msg":"listening"';

const untilItWaits = ({ output }: Program) => eventually(() => expect(output()).toContain(waiting), startMs);

/** A server with a folder of its own, and the variables of one that is to take its place. */
async function startOld() {
  const env = { DATA_DIR: makeFolder(), PORT: String(await findFreePort()) };
  const old = runProgram(env);
  await old.url();
  return { old, env };
}

describe('a new process that starts before the old one stops', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'takes over its port, streams and totals when the old one gets %s',
    async (signal) => {
      const { old, env } = await startOld();
      const clients = Array.from({ length: 20 }, (_, i) =>
        openReturning(Number(env.PORT), `browser=browser-${i}&arrivals=browser-${i}`),
      );
      await eventually(() => expect(clients[0]?.last?.snapshot).toMatchObject({ online: 20, visits: 20 }));
      const next = runProgram(env);
      await untilItWaits(next);
      // The old one goes on as before.
      const seconds = clients[0]?.last?.snapshot.visitorSeconds ?? 0;
      await eventually(() => expect(clients[0]?.last?.snapshot.visitorSeconds).toBeGreaterThan(seconds + 40));

      old.child.kill(signal);
      await old.exited;
      const shown = clients.map(({ last }) => last?.snapshot.visitorSeconds ?? 0);
      await next.url();
      await eventually(() => expect(clients.every(({ answers }) => answers.length >= 2)).toBe(true));
      await eventually(() => expect(clients[0]?.last?.snapshot).toMatchObject({ online: 20, visits: 20, peak: 20 }));
      expect(clients[0]?.last?.snapshot.visitorSeconds).toBeGreaterThanOrEqual(Math.max(...shown));
      expect(countIn(next.output(), waiting)).toBe(1);
    },
  );

  test('is one of two: the first to find the file free takes it, the other goes on waiting', async () => {
    const { old, env } = await startOld();
    const both = [runProgram(env), runProgram(env)];
    await Promise.all(both.map(untilItWaits));
    old.child.kill('SIGTERM');
    const isListening = ({ output }: Program) => output().includes(listening);
    await eventually(() => expect(both.filter(isListening)).toHaveLength(1));
    const [second] = both.filter(isListening);
    const [third] = both.filter((program) => program !== second);
    expect(third?.child.exitCode).toBeNull();
    second?.child.kill('SIGKILL');
    await third?.url();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'does not listen while it waits, and ends with exit code 0 on %s',
    async (signal) => {
      const { env } = await startOld();
      const port = await findFreePort();
      const next = runProgram({ ...env, PORT: String(port) });
      await untilItWaits(next);
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
      next.child.kill(signal);
      expect(await next.exited).toBe(0);
      expect(next.output()).toContain('"msg":"stopped"');
      expect(next.output()).not.toContain(listening);
      expect(next.errors()).toBe('');
    },
  );

  test('gives up after a while with exit code 1, and says what to do', async () => {
    const { env } = await startOld();
    const hurry = `
      import timers from 'node:timers/promises';
      import { syncBuiltinESMExports } from 'node:module';
      const { setTimeout } = timers;
      timers.setTimeout = (ms, ...rest) => setTimeout(ms / 50, ...rest);
      syncBuiltinESMExports();`;
    const next = runProgram({ ...env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hurry)}` });
    expect(await next.exited).toBe(1);
    expect(countIn(next.output(), waiting)).toBe(1);
    expect(next.output()).not.toContain(listening);
    expect(next.errors()).toMatch(/is in use by another process\. .* stop the old one first\. .* set REDIS_URL.*\n$/);
  });
});

describe('openWhenFree', () => {
  const { signal: stop } = new AbortController();

  /** Takes no time, and notes how long it was to take. */
  function notePauses() {
    const pauses: number[] = [];
    const pause = async (ms: number) => {
      pauses.push(ms);
    };
    return { pauses, pause };
  }

  test('tries every 250 ms for 30 s while a file is in use, and says so once', async () => {
    const dataDir = makeFolder();
    const store = new SqliteStore({ dataDir, now: Date.now });
    const { pauses, pause } = notePauses();
    let waits = 0;
    const onWait = () => {
      waits++;
    };
    const open = () => new SqliteStore({ dataDir, now: Date.now });
    await expect(openWhenFree(open, stop, onWait, pause)).rejects.toThrow(StoreInUseError);
    expect(pauses).toEqual(Array(120).fill(250));
    expect(waits).toBe(1);
    await store.close();
  });

  test('ends a pause at once when it is stopped', async () => {
    const dataDir = makeFolder();
    const store = new SqliteStore({ dataDir, now: Date.now });
    const stopping = new AbortController();
    const opened = await openWhenFree(
      () => new SqliteStore({ dataDir, now: Date.now }),
      stopping.signal,
      () => setImmediate(() => stopping.abort()),
      (_ms, value, options) => sleep(3_600_000, value, options),
    );
    expect(opened).toBeUndefined();
    await store.close();
  });

  test('does not try again where a file cannot be opened for another reason', async () => {
    const { pauses, pause } = notePauses();
    const open = () => new SqliteStore({ dataDir: '/dev/null/data', now: Date.now });
    await expect(openWhenFree(open, stop, () => {}, pause)).rejects.toThrow(/cannot be stored/);
    expect(pauses).toEqual([]);
  });
});

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from './helpers/program.ts';
import { eventually, makeFolder, openStream } from './helpers/support.ts';

/** In a container, it is process 1: signals that it does not handle are lost. To make it that takes root. */
const whoRunsIt = [
  { as: '', through: [], pidOf: ({ pid }: ChildProcess) => Number(pid) },
  ...(process.platform === 'linux' && process.getuid?.() === 0
    ? [
        {
          as: ' as process 1',
          through: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
          pidOf: ({ pid }: ChildProcess) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')),
        },
      ]
    : []),
];

/** Takes connections and never answers. */
async function openSilentRedis() {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    silent.close();
  });
  const asked = once(silent, 'connection');
  await once(silent, 'listening');
  return { url: `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`, asked };
}

describe('the program', () => {
  test.each([
    [{ PORT: 'http' }, 'PORT must be a whole number'],
    [{ ALLOWED_ORIGINS: 'example.com' }, 'ALLOWED_ORIGINS must be * or a list'],
    [{ HOST: '192.0.2.1', PORT: '0' }, 'HOST is "192.0.2.1", which is not an address of this machine'],
    [{ NODE_OPTIONS: '--no-experimental-sqlite' }, 'Live Visitors needs Node.js 22.13 or later, and this is v'],
  ])('ends at once with exit code 1 and one sentence for %j', async (env, sentence) => {
    const { exited, output, errors } = runProgram(env);
    expect(await exited).toBe(1);
    expect(errors()).toContain(sentence);
    expect(errors().trim().split('\n')).toHaveLength(1);
    expect(output()).toBe('');
  });

  test.each([[], ['--check'], ['--help']])('says so when its working directory was removed: %j', async (...args) => {
    const through = ['sh', '-c', 'cd "$0" && rmdir "$0" && exec "$@"', makeFolder()];
    const { exited, errors } = runProgram({ PORT: '0' }, { through, args });
    expect(await exited).toBe(1);
    expect(errors()).toBe('The working directory no longer exists. Change to a folder that exists, and start again.\n');
  });

  test('says so when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      other.close();
    });
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { exited, errors } = runProgram({ PORT: String(port) });
    expect(await exited).toBe(1);
    expect(errors()).toBe(`Port ${port} is in use by another program. Set PORT to a free port, or to 0 to pick one.\n`);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'ends with exit code 0 on %s, after a farewell to its streams',
    async (signal) => {
      const { child, exited, url, output } = runProgram({ PORT: '0' });
      const stream = await openStream(`${await url()}/stream`);
      child.kill(signal);
      // From a terminal, the signal often comes twice: from the shell and from a runner.
      child.kill(signal);
      expect(await exited).toBe(0);
      expect((await stream.first('farewell')).payload.reason).toBe('restart');
      expect(output()).toContain('"msg":"stopped"');
    },
  );

  test.each(['SIGUSR1', 'SIGUSR2', 'SIGPIPE', 'SIGXFSZ'] as const)('goes on after %s', async (signal) => {
    const { child, exited, url, errors } = runProgram({ PORT: '0' });
    const stream = await openStream(`${await url()}/stream`);
    child.kill(signal);
    const ticks = stream.of('visitors').length;
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(ticks + 1));
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    // Node's inspector would say here that it listens.
    expect(errors()).toBe('');
  });

  test('loads badges, the Redis client and fetch only where they are used', async () => {
    const report = `
      import { Module } from 'node:module';
      process.on('SIGUSR2', () => console.error([...process.moduleLoadList, ...Object.keys(Module._cache), ''].join('\\n')));`;
    const { child, url, errors } = runProgram({
      PORT: '0',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}`,
    });
    const badge = `${await url()}/badge.svg`;
    child.kill('SIGUSR2');
    await eventually(() => expect(errors()).toMatch(/\/express\//));
    expect(errors()).not.toMatch(/\/anafanafo\/|\/@?redis\/|undici/);
    await fetch(badge);
    child.kill('SIGUSR2');
    await eventually(() => expect(errors()).toMatch(/\/anafanafo\//));
  });

  test('keeps the space for new objects small under load', async () => {
    const { url } = runProgram({ PORT: '0' });
    const address = await url();
    for (let round = 0; round < 60; round++) {
      await Promise.all(Array.from({ length: 50 }, () => fetch(`${address}/visitors`).then((answer) => answer.text())));
    }
    const metrics = await (await fetch(`${address}/metrics`)).text();
    const bytes = Number(/^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(metrics)?.[1]);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  test.each(whoRunsIt)('ends cleanly on a signal while it waits for a silent Redis$as', async ({ through, pidOf }) => {
    const redis = await openSilentRedis();
    const { child, exited, output, errors } = runProgram({ PORT: '0', REDIS_URL: redis.url }, { through });
    await redis.asked;
    process.kill(pidOf(child), 'SIGTERM');
    expect(await exited).toBe(0);
    expect(output()).toContain('"msg":"stopped"');
    expect(output()).not.toContain('"msg":"listening"');
    expect(errors()).toBe('');
  });

  test('ends cleanly on a signal while it opens the file of its totals', async () => {
    const signalItself = `
      import { DatabaseSync } from 'node:sqlite';
      const { exec } = DatabaseSync.prototype;
      DatabaseSync.prototype.exec = function (sql) {
        process.kill(process.pid, 'SIGTERM');
        return exec.call(this, sql);
      };`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(signalItself)}`;
    const { exited, output } = runProgram({ PORT: '0', NODE_OPTIONS });
    expect(await exited).toBe(0);
    expect(output()).toContain('"msg":"stopped"');
    expect(output()).not.toContain('"msg":"listening"');
  });

  test.each(['a file', 'Redis'])('ends cleanly on a signal while HOST is looked up, with %s', async (kind) => {
    const DATA_DIR = makeFolder();
    // A Redis that does not answer delays the end, so that the lookup fails before it.
    const store: Record<string, string> =
      kind === 'Redis' ? { REDIS_URL: (await openSilentRedis()).url } : { DATA_DIR };
    const slowLookup = `
      import dns from 'node:dns';
      dns.lookup = (host, options, done) => {
        process.on('SIGTERM', () => setImmediate(done, new Error('late')));
        setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100);
        setTimeout(() => {}, 60_000);
      };`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(slowLookup)}`;
    const { exited, output, errors } = runProgram({ HOST: 'slow.example', PORT: '0', NODE_OPTIONS, ...store });
    expect(await exited).toBe(0);
    expect(output()).toContain('"msg":"stopped"');
    expect(errors()).toBe('');
    // A file that was closed has no log beside it.
    expect(readdirSync(DATA_DIR)).toEqual(kind === 'Redis' ? [] : ['live-visitors.db']);
  });
});

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import { type Minute, maxMinutes } from '../../src/history/minutes.ts';
import { findFreePort } from './free-port.ts';
import { eventually, makeFolder } from './support.ts';

const program = ['redis-server', 'valkey-server'].find((name) => {
  try {
    execFileSync(name, ['--version'], { timeout: 10_000, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Why there can be no Redis here, or `undefined` where there can. */
export function whyNoRedis(): string | undefined {
  return program === undefined ? 'it takes redis-server or valkey-server: apt install redis-server' : undefined;
}

export type RedisServer = Awaited<ReturnType<typeof startRedis>>;

/**
 * Runs a Redis of its own on a free port, with an append-only file in a folder of its own, until the test has finished.
 *
 * @param options.appendfsync - when it makes sure that what it wrote is on the disk
 * @param options.password - what it asks of its clients, if anything
 * @param options.settings - what else stands in its configuration
 */
export async function startRedis({
  appendfsync = 'everysec',
  password,
  settings: more = {},
}: {
  appendfsync?: 'everysec' | 'always';
  password?: string;
  settings?: Record<string, string>;
} = {}) {
  const name = program;
  if (name === undefined) throw new Error(whyNoRedis());
  const folder = makeFolder();
  const port = await findFreePort();
  const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const url = `redis://${login}127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = {
      ...{ bind: '127.0.0.1', port: String(port), dir: folder, save: '', appendonly: 'yes', appendfsync },
      ...(password !== undefined && { requirepass: password }),
      ...more,
    };
    const options = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
    child = spawn(name ?? '', options, { stdio: 'ignore' });
    await eventually(() => ask(['PING']));
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Sends one command on a connection of its own. */
  async function ask(command: string[]): Promise<unknown> {
    const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  function eraseData(): void {
    for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
  }

  onTestFinished(kill);
  await start();

  return {
    url,
    port,
    ask,
    kill,
    start,

    /** Takes all that it holds; not while it runs. */
    eraseData,

    /** Keeps what it holds. Returns how to put it back; both not while it runs. */
    backUp(): () => void {
      const backup = makeFolder();
      cpSync(folder, backup, { recursive: true });
      return () => {
        eraseData();
        cpSync(backup, folder, { recursive: true });
      };
    },

    /**
     * Takes the last bytes of the append-only file, as a machine that breaks down may, and with them the whole of a
     * transaction that is cut: Redis 7.0 itself cuts it behind the last command that is whole, and the next transaction's
     * end then brings commands back to which there was none. Not while it runs.
     */
    loseTail(bytes: number): void {
      const aofFolder = join(folder, 'appendonlydir');
      const file = readdirSync(aofFolder).find((name) => name.endsWith('.incr.aof'));
      if (file === undefined) throw new Error('There is no append-only file.');
      const path = join(aofFolder, file);
      const left = readFileSync(path, 'latin1').slice(0, -bytes);
      const begin = left.lastIndexOf('*1\r\n$5\r\nMULTI\r\n');
      const isCut = begin !== -1 && !left.includes('*1\r\n$4\r\nEXEC\r\n', begin);
      truncateSync(path, isCut ? begin : left.length);
    },

    /** Stops it: connections stay, and new ones are made, but nothing is answered. */
    freeze(): void {
      child?.kill('SIGSTOP');
    },

    thaw(): void {
      child?.kill('SIGCONT');
    },

    /** It answers nobody for so long. */
    async pause(ms: number): Promise<void> {
      await ask(['CLIENT', 'PAUSE', String(ms), 'ALL']);
    },

    /** How often each command was called, by its name. */
    async calls(): Promise<Map<string, number>> {
      const text = String(await ask(['INFO', 'commandstats']));
      const lines = [...text.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)];
      return new Map(lines.map(([, command = '', calls]) => [command, Number(calls)]));
    },
  };
}

/** Writes minutes as the script does: the last tick of each is not yet in its sums. */
export async function fillMinutes({ ask }: RedisServer, minutes: readonly Minute[]): Promise<void> {
  const fields = minutes.flatMap(({ at, lowest, sum, ticks, ...minute }) => [
    String((at / 60_000) % maxMinutes),
    JSON.stringify({ ...minute, at, lowest, sum: sum - lowest, ticks: ticks - 1, online: lowest, tick: at / 1000 }),
  ]);
  await ask(['HSET', '{live-visitors}:minutes', ...fields]);
}

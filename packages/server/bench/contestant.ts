import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Contestant } from './contestants.ts';
import type { Counts } from './probe.ts';

/** Starts a contestant in a fresh process. */
export async function startContestant({ file, flags = [], pages }: Contestant, port: number) {
  const dataDir = mkdtempSync(join(tmpdir(), 'live-visitors-'));
  const child = fork(file, {
    execArgv: ['--import', fileURLToPath(new URL('probe.ts', import.meta.url)), ...flags],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      REDIS_URL: '',
      // All streams come from one machine here.
      MAX_STREAMS_PER_ADDRESS: '1000000',
      MAX_PAGES: '1000000',
      // For the floor.
      PAGES: pages ?? '',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  /** The process to measure, where it is not the child itself. */
  let measured: number | undefined;
  child.on('message', (message: { measure?: number }) => {
    measured ??= message.measure;
  });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with code ${child.exitCode}.`);
    await wait(10);
  }

  async function ask(what: 'read' | 'collect'): Promise<Counts> {
    if (measured !== undefined) return readProcess(measured);
    child.send(what);
    const [counts] = await once(child, 'message');
    return counts as Counts;
  }

  return {
    read: () => ask('read'),
    /** Reads it after all that is garbage has been collected; takes the flag `--expose-gc`. */
    collect: () => ask('collect'),
    watchStalls: () => child.send('watch stalls'),
    async kill() {
      const exited = once(child, 'exit');
      // nchan's process takes its nginx with it.
      if (measured === undefined) child.kill('SIGKILL');
      else child.disconnect();
      await exited;
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** What the system knows of a process that is not Node's. */
function readProcess(pid: number): Counts {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const usPerTick = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return {
    userUs: Number(fields[11]) * usPerTick,
    systemUs: Number(fields[12]) * usPerTick,
    rssBytes: rssKiB * 1024,
    heapBytes: Number.NaN,
    resources: Number.NaN,
    maxStallMs: Number.NaN,
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build as viteBuild } from 'vite';
import type { Contestant } from './contestants.ts';
import type { Counts } from './probe.ts';

const probe = fileURLToPath(new URL('probe.ts', import.meta.url));

/**
 * Compiles a file, if it is TypeScript. What Node takes to do so, 20 MiB among it, is no part of a contestant.
 *
 * @returns the file to run
 */
async function compile(file: string): Promise<string> {
  if (!file.endsWith('.ts')) return file;
  const name = basename(file, '.ts');
  // Packages are found from there.
  const outDir = fileURLToPath(new URL(`../node_modules/.cache/bench/${name}`, import.meta.url));
  const build = { ssr: true, outDir, target: 'node24', rolldownOptions: { input: file } };
  await viteBuild({ configFile: false, logLevel: 'error', build });
  return join(outDir, `${name}.js`);
}

/**
 * Starts a contestant in a fresh process.
 *
 * @param options - `isProbed` false leaves out what `read` and `collect` take, for a process as it is by itself
 */
export async function startContestant(
  { file, args = [], flags = [], pages }: Contestant,
  port: number,
  { isProbed = true } = {},
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'live-visitors-'));
  const program = await compile(file);
  const probes = isProbed ? ['--import', await compile(probe)] : [];
  const startedAt = performance.now();
  const child = fork(program, args, {
    execArgv: [...probes, ...flags],
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
    await wait(2);
  }
  const listeningMs = performance.now() - startedAt;

  async function ask(what: 'read' | 'collect'): Promise<Counts> {
    if (measured !== undefined) return readProcess(measured);
    child.send(what);
    const [counts] = await once(child, 'message');
    return counts as Counts;
  }

  return {
    /** Until it accepted a connection. */
    listeningMs: measured === undefined ? listeningMs : Number.NaN,
    residentBytes: () => readProcess(measured ?? child.pid ?? 0).rssBytes,
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
    newSpaceBytes: Number.NaN,
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

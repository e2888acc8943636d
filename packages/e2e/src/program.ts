import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll } from 'vitest';
import { findFreePort } from '../../server/test/helpers/free-port.ts';
import { eventually } from './eventually.ts';
import { tieGroup } from './tie-group.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export type Program = {
  child: ChildProcess;
  /** What it has printed, without colours. */
  output: () => string;
  /** Waits for a line of its output and gives the first group of the match. */
  printed: (line: RegExp) => Promise<string>;
  /** Sends a signal to it and to all that it has started, as a terminal does. */
  signal: (signal: NodeJS.Signals) => void;
  /** Whether it, or anything that it has started, still runs. */
  isRunning: () => boolean;
  /** Ends it, the hard way. */
  kill: () => Promise<void>;
};

/** Runs a program in a process group of its own. */
export function run(command: string, args: string[], env: Record<string, string> = {}, cwd = root): Program {
  const child = spawn(command, args, { cwd, detached: true, env: { ...process.env, ...env } });
  const group = -Number(child.pid);
  const untie = tieGroup(Number(child.pid));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output += stripVTControlCharacters(chunk);
    });
  }
  const exited = once(child, 'exit');
  child.once('exit', () => {
    if (!isRunning()) untie();
  });

  function isRunning(): boolean {
    try {
      return process.kill(group, 0);
    } catch {
      return false;
    }
  }

  function signal(name: NodeJS.Signals) {
    if (isRunning()) process.kill(group, name);
  }

  return {
    child,
    output: () => output,
    printed: (line) =>
      eventually(() => {
        const match = line.exec(output)?.[1];
        if (match === undefined) throw new Error(`${command} ${args.join(' ')} did not print ${line}, but:\n${output}`);
        return match;
      }),
    signal,
    isRunning,
    async kill() {
      signal('SIGKILL');
      await exited;
      untie();
    },
  };
}

const folders: string[] = [];
// Not when the process ends: Vitest ends it by a signal. What has just been killed may still write.
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 }))));

/** Makes a folder for a server's totals, which is there until all tests of the file have finished. */
export function makeDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'live-visitors-'));
  folders.push(folder);
  return folder;
}

/**
 * Runs the server's bundle, as the command does.
 *
 * @param settings - environment variables besides
 */
export async function startBuilt({
  port,
  dataDir = makeDataDir(),
  settings = {},
}: {
  port?: string;
  dataDir?: string;
  settings?: Record<string, string>;
} = {}) {
  const ownPort = port ?? String(await findFreePort());
  const env = { PORT: ownPort, HOST: '127.0.0.1', DATA_DIR: dataDir, ...settings };
  const program = run(process.execPath, ['packages/live-visitors/dist/main.js'], env);
  await program.printed(/("msg":"listening")/);

  return {
    ...program,
    port: ownPort,
    url: `http://localhost:${ownPort}`,
    /** Ends it without a word, and starts it anew with its totals and on its port. */
    async restart() {
      await program.kill();
      return startBuilt({ port: ownPort, dataDir, settings });
    },
  };
}

/** Runs `pnpm dev` until both sides are there. With an empty port, the default one. */
export async function startDev(port?: string) {
  const program = run('pnpm', ['dev'], { PORT: port ?? String(await findFreePort()), DATA_DIR: makeDataDir() });
  const url = await program.printed(/Local:\s+(http:\/\/localhost:\d+)\//);
  await program.printed(/("msg":"listening")/);
  return { ...program, url };
}

/**
 * Runs the server as `pnpm dev` does, from a copy of its sources that a test may change.
 *
 * @returns besides the program, the folder that stands for `packages`
 */
export async function startDevServer(port: string) {
  const packages = makeDataDir();
  for (const path of [
    'live-visitors/src',
    'live-visitors/dev.ts',
    'live-visitors/package.json',
    'server/src',
    'shared/src',
  ]) {
    cpSync(join(root, 'packages', path), join(packages, path), { recursive: true });
  }
  for (const name of ['live-visitors', 'server'])
    symlinkSync(join(root, 'packages', name, 'node_modules'), join(packages, name, 'node_modules'));
  const env = { PORT: port, HOST: '127.0.0.1', DATA_DIR: makeDataDir() };
  const program = run(process.execPath, ['dev.ts'], env, join(packages, 'live-visitors'));
  await program.printed(/("msg":"listening")/);
  return { ...program, packages };
}

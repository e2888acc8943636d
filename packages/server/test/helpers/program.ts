import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { eventually, mainFile, makeFolder } from './support.ts';

/** How long the program may take to start on a busy machine, in milliseconds. */
export const startMs = 45_000;

/**
 * Runs the program, until the test has finished, with these environment variables besides the ones that there are.
 *
 * @param options - with `through`, another program and its arguments, which is to run it
 */
export function runProgram(
  env: Record<string, string>,
  { args = [], stdio = 'pipe', through = [] }: { args?: string[]; stdio?: StdioOptions; through?: string[] } = {},
) {
  const [command = '', ...rest] = [...through, process.execPath, mainFile, ...args];
  const child: ChildProcess = spawn(command, rest, {
    env: { ...process.env, HOST: '127.0.0.1', DATA_DIR: makeFolder(), ...env },
    stdio,
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  // Its folder can be removed only when it writes no more.
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const url = () =>
    eventually(() => {
      const started = /"url":"([^"]+)"/.exec(output)?.[1];
      if (started === undefined) throw new Error(`It does not listen. It printed:\n${output}${errors}`);
      return started;
    }, startMs);
  return { child, exited, url, output: () => output, errors: () => errors };
}

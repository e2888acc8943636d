import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually, mainFile, openStream } from './support.ts';

function run(env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, [mainFile], {
    env: { ...process.env, HOST: '127.0.0.1', ...env },
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
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const url = () => eventually(() => JSON.parse(output.split('\n')[0] ?? '').url as string);
  return { child, exited, url, output: () => output, errors: () => errors };
}

describe('the program', () => {
  test.each([
    [{ PORT: 'http' }, 'PORT must be a whole number'],
    [{ ALLOWED_ORIGINS: 'example.com' }, 'ALLOWED_ORIGINS must be * or a list'],
    [{ HOST: '192.0.2.1', PORT: '0' }, 'HOST is "192.0.2.1", which is no address of this machine'],
  ])('ends at once with exit code 1 and one sentence for %j', async (env, sentence) => {
    const { exited, output, errors } = run(env);
    expect(await exited).toBe(1);
    expect(errors()).toContain(sentence);
    expect(errors().trim().split('\n')).toHaveLength(1);
    expect(output()).toBe('');
  });

  test('says so when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      other.close();
    });
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { exited, errors } = run({ PORT: String(port) });
    expect(await exited).toBe(1);
    expect(errors()).toBe(
      `Port ${port} is in use by another program. Set PORT to a free one, or to 0 for any that is free.\n`,
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with exit code 0 on %s, after a farewell to its streams',
    async (signal) => {
      const { child, exited, url, output } = run({ PORT: '0' });
      const stream = await openStream(`${await url()}/stream`);
      child.kill(signal);
      // From a terminal, the signal often comes twice: from the shell and from a runner.
      child.kill(signal);
      expect(await exited).toBe(0);
      expect((await stream.first('farewell')).payload.reason).toBe('restart');
      expect(output()).toContain('"msg":"stopped"');
    },
  );
});

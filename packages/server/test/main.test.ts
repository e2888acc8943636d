import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from './helpers/program.ts';
import { openStream } from './helpers/support.ts';

describe('the program', () => {
  test.each([
    [{ PORT: 'http' }, 'PORT must be a whole number'],
    [{ ALLOWED_ORIGINS: 'example.com' }, 'ALLOWED_ORIGINS must be * or a list'],
    [{ HOST: '192.0.2.1', PORT: '0' }, 'HOST is "192.0.2.1", which is no address of this machine'],
  ])('ends at once with exit code 1 and one sentence for %j', async (env, sentence) => {
    const { exited, output, errors } = runProgram(env);
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
    const { exited, errors } = runProgram({ PORT: String(port) });
    expect(await exited).toBe(1);
    expect(errors()).toBe(
      `Port ${port} is in use by another program. Set PORT to a free one, or to 0 for any that is free.\n`,
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
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
});

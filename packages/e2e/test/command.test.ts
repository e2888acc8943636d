import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeDataDir, root, run } from '../src/program.ts';

const builtMain = join(root, 'packages/live-visitors/dist/main.js');

/** Runs the command to its end, in a folder of its own. */
async function command(args: string[], env: Record<string, string> = {}, cwd = makeDataDir()) {
  const options = { cwd, env: { ...process.env, ...env } };
  const result = promisify(execFile)(process.execPath, [builtMain, ...args], options);
  return result.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe('the command live-visitors', () => {
  test('names every variable in its help, with its default', async () => {
    const { code, stdout } = await command(['--help']);
    expect(code).toBe(0);
    for (const name of ['HOST', 'PORT', 'ALLOWED_ORIGINS', 'DATA_DIR', 'REDIS_URL', 'MAX_STREAMS', 'LOG_LEVEL']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\S.*\\n +Default: `, 'm'));
    }
  });

  test('says its version', async () => {
    expect((await command(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([['--port'], ['3000']])('refuses %s in one sentence, and names the help', async (argument) => {
    const { code, stdout, stderr } = await command([argument]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('--help');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('checks configuration, page and store, and leaves nothing running', async () => {
    const { code, stdout, stderr } = await command(['--check'], { DATA_DIR: 'totals' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Configuration: valid\.\nDashboard: built\.\nStorage: \/.*\/totals\.\n$/);
    expect(code).toBe(0);
  });

  test.each([
    [{ PORT: 'http' }, /^PORT must be a whole number/],
    [{ DATA_DIR: '/dev/null/data' }, /DATA_DIR/],
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, /^Storage: Redis at 127\.0\.0\.1:1 refuses connections/],
  ])('fails its check with %j, in one sentence', async (env, sentence) => {
    const { code, stderr } = await command(['--check'], env as Record<string, string>);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('fails its check at once while a server has the file open', async () => {
    const DATA_DIR = makeDataDir();
    const server = run(process.execPath, [builtMain], { DATA_DIR, PORT: '0', HOST: '127.0.0.1' });
    onTestFinished(server.kill);
    await server.printed(/("msg":"listening")/);
    const { code, stdout, stderr } = await command(['--check'], { DATA_DIR });
    expect(code).toBe(1);
    expect(stdout).not.toContain('waiting');
    expect(stderr).toMatch(/is in use by another process\. /);
  });

  test('fails its check where a signal stops it', async () => {
    const silentRedis = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silentRedis.close());
    const asked = once(silentRedis, 'connection');
    await once(silentRedis, 'listening');
    const { port } = silentRedis.address() as AddressInfo;
    const { child, output, kill } = run(process.execPath, [builtMain, '--check'], {
      REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    onTestFinished(kill);
    const exited = once(child, 'exit');
    await asked;
    child.kill('SIGTERM');
    expect(await exited).toEqual([1, null]);
    expect(output()).toContain('The check was stopped by SIGTERM');
  });
});

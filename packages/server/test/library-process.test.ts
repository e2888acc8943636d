import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startRedis, whyNoRedis } from './helpers/redis.ts';
import { makeFolder } from './helpers/support.ts';

const library = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const express = fileURLToPath(import.meta.resolve('express'));
const missing = whyNoRedis();

/** An app that closes its server after a stream, but not the library. */
function runWithoutClose(options: object): string {
  const app = `
    import { liveVisitors } from ${JSON.stringify(library)};
    import express from ${JSON.stringify(express)};

    const visitors = liveVisitors(${JSON.stringify({ dataDir: makeFolder(), ...options })});
    const server = express().use(visitors).listen(0, async () => {
      const abort = new AbortController();
      const { signal } = abort;
      const { body } = await fetch(\`http://127.0.0.1:\${server.address().port}/stream\`, { signal });
      await body.getReader().read();
      const ticked = Promise.withResolvers();
      visitors.subscribe(ticked.resolve);
      console.log((await ticked.promise).online);
      abort.abort();
      server.close();
    });`;
  const args = ['--input-type=module', '--eval', app];
  return execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describe('a process with the library', () => {
  test('ends once its server is closed, even without close()', () => {
    expect(runWithoutClose({})).toBe('1\n');
  });

  test.skipIf(missing)(`ends likewise with Redis${missing ? ` (${missing})` : ''}`, async () => {
    const redis = await startRedis();
    expect(runWithoutClose({ redisUrl: `redis://127.0.0.1:${redis.port}` })).toBe('1\n');
  });

  test('ends likewise while there is no Redis', () => {
    expect(runWithoutClose({ redisUrl: 'redis://127.0.0.1:1' })).toBe('1\n');
  });

  test('says which Node.js it needs where SQLite is missing or behind a flag', () => {
    const args = ['--no-experimental-sqlite', '--eval', `import(${JSON.stringify(library)})`];
    const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).toContain(`Live Visitors needs Node.js 22.13 or later, and this is ${process.version}.`);
  });
});

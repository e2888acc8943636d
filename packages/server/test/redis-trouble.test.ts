import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { explainConnectionError } from '../src/store/redis/explain-error.ts';
import { findFreePort } from './helpers/free-port.ts';
import { startRedis, whyNoRedis } from './helpers/redis.ts';
import { nobody, openNode } from './helpers/redis-node.ts';
import { eventually, openSocket } from './helpers/support.ts';

const missing = whyNoRedis();

/** A server that answers what comes with what `answer` makes of it, on a port of its own. Returns the port. */
async function startServer(answer: (bytes: Buffer) => string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => socket.write(answer(bytes)));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  // A server that listens on TCP has an address of this kind.
  return (server.address() as AddressInfo).port;
}

test('a server that takes connections and says nothing is in trouble as soon as the store is open', async () => {
  const port = await startServer(() => '');
  const store = await openNode({ url: `redis://127.0.0.1:${port}` });
  expect(store.trouble()).toMatch(new RegExp(`^Redis at 127\\.0\\.0\\.1:${port} does not answer\\.`));
});

test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', 'SSH-2.0-OpenSSH_9.6\r\n', '\x15\x03\x03'])(
  'a server that answers %j is not taken for a Redis that cannot be reached',
  async (answer) => {
    const port = await startServer(() => answer);
    const store = await openNode({ url: `redis://:secret@127.0.0.1:${port}` });
    expect(store.trouble()).toBe(
      `Redis at 127.0.0.1:${port} does not answer as Redis does. Check the scheme, host and port in REDIS_URL. What is counted is kept in memory until it can be recorded.`,
    );
  },
);

test('a failed DNS lookup is not taken for a missing host, nor a forbidden command for a wrong password', () => {
  const lookup = Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' });
  expect(explainConnectionError(lookup)).toBe('cannot be found: the DNS lookup failed (EAI_AGAIN)');
  const forbidden = new Error("NOPERM User late has no permissions to run the 'client|setinfo' command");
  expect(explainConnectionError(forbidden)).toBe(
    'does not allow the user in REDIS_URL to run the commands it needs (NOPERM)',
  );
});

test.each([
  ['ERR invalid DB index', 'does not have the database at the end of REDIS_URL'],
  ['ERR the max number of clients is reached', 'has as many clients as its setting maxclients allows'],
  // It may be a password.
  ['SECRET', 'cannot be reached'],
  ['SECRET_1 is wrong', 'cannot be reached'],
])('the answer "%s" is explained by its kind alone', (answer, trouble) => {
  expect(explainConnectionError(new Error(answer))).toBe(trouble);
});

test('protected mode is told of, and how to leave it', () => {
  const denied = new Error('DENIED Redis is running in protected mode because protected mode is enabled');
  expect(explainConnectionError(denied)).toBe(
    'is in protected mode (DENIED). Set a password in its configuration, and put it into REDIS_URL',
  );
});

test.skipIf(missing).each([
  ['that does not exist', '/16', {}, 'does not have the database at the end of REDIS_URL'],
  ['where a cluster has only one', '/1', { 'cluster-enabled': 'yes' }, 'does not have the database at the end of'],
  ['that has no place for another client', '', { maxclients: '1' }, 'as many clients as its setting maxclients allows'],
])('a database %s is named', async (_, path, settings, trouble) => {
  // A cluster would also listen at its port + 10,000, which may be taken.
  const busPort = String(await findFreePort());
  const redis = await startRedis({ settings: { 'cluster-port': busPort, ...settings } });
  await eventually(async () => {
    const taken = openSocket(redis.port, 'PING\r\n');
    // Otherwise the last client, which was to see whether it runs, still has the place.
    await eventually(() => expect(taken.received()).toMatch(/PONG|max number of clients/));
    expect(taken.received()).toContain('PONG');
  });
  const node = await openNode({ url: redis.url + path });
  await eventually(() => expect(node.trouble()).toContain(trouble));
});

describe.skipIf(missing)(`the credentials of Redis${missing ? ` (${missing})` : ''}`, () => {
  const secret = 'a/very+secret word';
  const login = `someone:${encodeURIComponent(secret)}@`;

  /** All that a program prints which has a store in trouble, and what the trouble is. */
  function print(url: string): Promise<string> {
    const module = new URL('../src/store/redis/redis-store.ts', import.meta.url);
    const program = `
      import { RedisStore } from ${JSON.stringify(module.href)};
      const store = await RedisStore.open({ url: ${JSON.stringify(url)}, prefix: 'live-visitors', now: Date.now });
      for (let i = 0; i < 3; i++) console.log(await store.record({ online: 1, browsers: 1, visits: 1, visitorSeconds: 1 }));
      console.log(store.trouble());
      await store.close();`;
    return new Promise((resolve, reject) => {
      const args = ['--input-type=module', '--eval', program];
      execFile(
        process.execPath,
        args,
        { env: { ...process.env, NODE_DEBUG: '' }, timeout: 30_000 },
        (error, output, errors) => (error ? reject(error) : resolve(output + errors)),
      );
    });
  }

  function expectNoCredentials(output: string): void {
    for (const part of ['secret', 'someone', encodeURIComponent(secret)]) expect(output).not.toContain(part);
  }

  test('that are right let a node in', async () => {
    const node = await openNode(await startRedis({ password: secret }));
    expect((await node.record(nobody)).partial).toBeUndefined();
  });

  test('that are wrong are told of, and never shown', async () => {
    const redis = await startRedis({ password: 'another' });
    const output = await print(`redis://${login}127.0.0.1:${redis.port}`);
    expect(output).toMatch(
      /Redis at 127\.0\.0\.1:\d+ does not accept the user and password in REDIS_URL \(WRONGPASS\)/,
    );
    expect(output).toContain('partial: true');
    expectNoCredentials(output);
  });

  test('that are missing are told of', async () => {
    const redis = await startRedis({ password: 'another' });
    expect(await print(`redis://127.0.0.1:${redis.port}`)).toMatch(/asks for a password, and REDIS_URL has none/);
  });

  test('are not shown where there is no such host, or nobody listens', async () => {
    const nowhere = await print(`redis://${login}no-such-host.invalid`);
    expect(nowhere).toMatch(/Redis at no-such-host\.invalid:6379 cannot be found/);
    expectNoCredentials(nowhere);
    const refused = await print(`redis://${login}127.0.0.1:${await findFreePort()}`);
    expect(refused).toMatch(/refuses connections/);
    expectNoCredentials(refused);
  });

  test('are not shown where a server repeats them in its answer', async () => {
    const port = await startServer((bytes) => {
      const words = String(bytes).replaceAll(/[\r\n]+/g, ' ');
      return `-ERR unknown command, with args beginning with: ${words}\r\n`;
    });
    const output = await print(`redis://${login}127.0.0.1:${port}`);
    expect(output).toMatch(/does not know a command that Redis 6\.2 has/);
    expectNoCredentials(output);
  });
});

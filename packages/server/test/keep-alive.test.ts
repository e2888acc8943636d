import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually, makeFolder, openServer, openSocket, openStream } from './helpers/support.ts';

const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';

/** Opens a connection, and leaves it idle once a request on it is answered. */
async function openIdle(port: number) {
  const connection = openSocket(port, request);
  await eventually(() => expect(connection.received()).toContain('ok\n'));
  return connection;
}

test('an idle connection stays open for 75 s, and its client is told so', async () => {
  const { port } = await openServer();
  expect((await openIdle(port)).received()).toContain('\r\nKeep-Alive: timeout=75\r\n');
});

test('an idle connection is closed after KEEP_ALIVE_SECONDS', async () => {
  const { port } = await openServer({ KEEP_ALIVE_SECONDS: '1' });
  const { received, closed } = await openIdle(port);
  expect(received()).toContain('\r\nKeep-Alive: timeout=1\r\n');
  await eventually(() => expect(closed()).toBe(true));
});

test('an idle connection outlasts the deadlines of requests and answers', async () => {
  const { url, port } = await openServer();
  const idle = await openIdle(port);
  const stream = await openStream(`${url}/stream`);
  // One event a second: more of them than the longest deadline, 30 s, has seconds.
  await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(35), 90_000);
  expect(idle.closed()).toBe(false);
  idle.socket.write(request);
  await eventually(() => expect(idle.received().split('ok\n')).toHaveLength(3));
}, 120_000);

test('idle connections make room when nine tenths of all connections are taken', async () => {
  const server = await openServer({}, { openFiles: 24 });
  const stream = await openStream(`${server.url}/stream`);
  await stream.first('visitors');
  const connections: ReturnType<typeof openSocket>[] = [];
  while (connections.length < 60) {
    // More may come in a moment than there is room left for.
    await eventually(async () => {
      const connection = openSocket(server.port, request);
      await eventually(() => expect(connection.received() !== '' || connection.closed()).toBe(true));
      expect(connection.received()).toContain('ok\n');
      connections.push(connection);
    });
  }
  await eventually(() => expect(connections.filter(({ closed }) => !closed()).length).toBeLessThan(21));
  expect(connections.at(-1)?.closed()).toBe(false);
  const ticks = stream.of('visitors').length;
  await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(ticks));
});

test('a request that is under way is not cut off to make room', async () => {
  const pageDir = makeFolder();
  await writeFile(join(pageDir, 'large.bin'), Buffer.alloc(8 * 1024 * 1024));
  const { port } = await openServer({}, { openFiles: 24, pageDir });
  const download = openSocket(port, 'GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(() => expect(download.received()).toContain('HTTP/1.1 200'));
  download.socket.pause();
  const idle: ReturnType<typeof openSocket>[] = [];
  for (let i = 0; i < 16; i++) idle.push(await openIdle(port));
  const silent = Array.from({ length: 3 }, () => openSocket(port, ''));
  await eventually(() => expect(idle.filter(({ closed }) => !closed())).toEqual([]));
  expect(silent.map(({ closed }) => closed())).toEqual([false, false, false]);
  download.socket.resume();
  await eventually(() => expect(download.received().length).toBeGreaterThan(8 * 1024 * 1024));
});

test('idle connections do not delay the stop', async () => {
  const { port, close } = await openServer();
  const connections = [await openIdle(port), await openIdle(port)];
  const started = performance.now();
  await close();
  // Far less than the 75 s for which they may stay open.
  expect(performance.now() - started).toBeLessThan(30_000);
  await eventually(() => expect(connections.map(({ closed }) => closed())).toEqual([true, true]));
});

describe('a connection that sends nothing', () => {
  test('is closed after ten seconds', async () => {
    const { port, metric } = await openServer();
    const connection = openSocket(port, '');
    await eventually(() => expect(connection.closed()).toBe(true), 30_000);
    expect(connection.received()).toBe('');
    expect(await metric('live_visitors_refusals_total{reason="timeout"}')).toBe(0);
  });

  test('is closed at once when its client ends it', async () => {
    const { port } = await openServer();
    const older = openSocket(port, '');
    await once(older.socket, 'connect');
    const { socket, closed } = openSocket(port, '');
    await once(socket, 'connect');
    socket.end();
    await eventually(() => expect(closed()).toBe(true));
    expect(older.closed()).toBe(false);
  });

  test('does not delay the stop', async () => {
    const { port, close } = await openServer();
    const started = performance.now();
    const { socket, closed } = openSocket(port, '');
    await once(socket, 'connect');
    await close();
    // After that it would be closed anyway.
    expect(performance.now() - started).toBeLessThan(10_000);
    await eventually(() => expect(closed()).toBe(true));
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveDetachably } from '../src/stream/detachable-socket.ts';
import { EventStream, maxSkippedTicks } from '../src/stream/event-stream.ts';
import { eventually } from './helpers/support.ts';

/** A stream on a real connection, both ends of it. */
async function openPair() {
  const opened = Promise.withResolvers<EventStream>();
  let closes = 0;
  const server = createServer((_request, response) => {
    opened.resolve(new EventStream(response, 'data: first\n\n', Number.POSITIVE_INFINITY, () => closes++));
  });
  serveDetachably(server, () => true);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const stream = await opened.promise;
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  return { client, stream, closes: () => closes };
}

function read(client: Socket): () => string {
  let text = '';
  client.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}

/** Sends ticks until the kernel takes no more for this peer. */
function fill(stream: EventStream): void {
  const frame = Buffer.alloc(64 * 1024, ':');
  for (let i = 0; i < 10_000; i++) if (stream.sendTick(frame) !== 'sent') return;
  throw new Error('The kernel takes everything.');
}

describe('an event stream', () => {
  test('is headers, first frames and ticks as they are, with nothing around them, until it is closed', async () => {
    const { client, stream, closes } = await openPair();
    const text = read(client);
    expect(stream.sendTick(Buffer.from('data: tick\n\n'))).toBe('sent');
    stream.end('data: last\n\n');
    await once(client, 'close');
    const [head = '', body] = text().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).not.toMatch(/^(transfer-encoding|content-length):/im);
    expect(body).toBe('data: first\n\ndata: tick\n\ndata: last\n\n');
    await eventually(() => expect(closes()).toBe(1));
  });

  test('skips ticks while its peer reads nothing, queueing no more than one', async () => {
    const { client, stream } = await openPair();
    client.pause();
    fill(stream);
    const queued = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < maxSkippedTicks - 2; i++)
      expect(stream.sendTick(Buffer.from('data: tick\n\n'))).toBe('skipped');
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(queued + 64 * 1024);
  });

  test('goes on when the peer reads again', async () => {
    const { client, stream } = await openPair();
    client.pause();
    fill(stream);
    const text = read(client);
    client.resume();
    await eventually(() => expect(stream.sendTick(Buffer.from('data: again\n\n'))).toBe('sent'));
    await eventually(() => expect(text()).toContain('data: again'));
  });

  test('is clogged when it skips ten ticks, and ends without waiting for its peer', async () => {
    const { client, stream, closes } = await openPair();
    client.pause();
    fill(stream);
    const results = Array.from({ length: maxSkippedTicks - 1 }, () => stream.sendTick(Buffer.from('data: tick\n\n')));
    expect(results.lastIndexOf('skipped')).toBe(maxSkippedTicks - 3);
    expect(results.at(-1)).toBe('clogged');
    stream.end('data: last\n\n');
    expect(stream.isOpen).toBe(false);
    await eventually(() => expect(closes()).toBe(1));
  });

  test.each([
    ['says more', (client: Socket) => client.write('GET / HTTP/1.1\r\n')],
    ['says goodbye', (client: Socket) => client.end()],
    ['breaks off', (client: Socket) => client.resetAndDestroy()],
  ])('ends at once when its peer %s', async (_, act) => {
    const { client, stream, closes } = await openPair();
    client.resume();
    act(client);
    await eventually(() => expect(closes()).toBe(1));
    expect(stream.isOpen).toBe(false);
  });
});

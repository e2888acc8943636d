import { connect, type Socket } from 'node:net';
import { type EventMap, readEvent } from '@live-visitors/shared';
import { onTestFinished } from 'vitest';

export type ReturningClient = {
  /** The status line of each answer so far. */
  answers: string[];
  /** The last snapshot that came, and when, in milliseconds since 1970. */
  last: { snapshot: EventMap['visitors']; at: number } | undefined;
  /** The most that were ever online in a snapshot that came. */
  most: number;
  /** What the last farewell said, if one came. */
  reconnectInMs: number | undefined;
  close: () => void;
};

/**
 * Opens a stream as cheaply as can be, and brings it back whenever it ends, with what it saw last, as `EventSource` does:
 * after the time that a farewell gave, or else after its reconnection time.
 */
export function openReturning(port: number, query: string): ReturningClient {
  let socket: Socket;
  let closed = false;
  let timer: NodeJS.Timeout;
  let lastEventId = '';

  const client: ReturningClient = {
    answers: [],
    last: undefined,
    most: 0,
    reconnectInMs: undefined,
    close() {
      closed = true;
      clearTimeout(timer);
      socket.destroy();
    },
  };

  function take(frame: string): void {
    const name = /^event: (\w+)$/m.exec(frame)?.[1];
    const data = /^data: (.*)$/m.exec(frame)?.[1] ?? '';
    if (name === 'visitors') {
      const snapshot = readEvent('visitors', data);
      if (snapshot) {
        client.last = { snapshot, at: Date.now() };
        client.most = Math.max(client.most, snapshot.online);
      }
      lastEventId = /^id: (\d+)$/m.exec(frame)?.[1] ?? lastEventId;
    } else if (name === 'farewell') {
      client.reconnectInMs = readEvent('farewell', data)?.reconnectInMs;
    }
  }

  function open(): void {
    let text = '';
    // As long as there was no answer, which tells the reconnection time.
    let returnInMs = 200 + Math.random() * 800;
    const header = lastEventId === '' ? '' : `Last-Event-ID: ${lastEventId}\r\n`;
    socket = connect(port, '127.0.0.1');
    socket.write(`GET /stream?${query} HTTP/1.1\r\nHost: x\r\n${header}\r\n`);
    socket.setEncoding('latin1').on('data', (chunk) => {
      if (text === '') {
        client.answers.push(String(chunk).slice(0, 12));
        client.reconnectInMs = undefined;
      }
      const frames = (text + chunk).split('\n\n');
      // Never empty, so that the first answer is told from what follows.
      text = `\n${frames.pop()}`;
      frames.forEach(take);
      const retry = frames.map((frame) => /^retry: (\d+)$/m.exec(frame)?.[1]).find((found) => found !== undefined);
      returnInMs = client.reconnectInMs ?? Number(retry ?? returnInMs);
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      if (!closed) timer = setTimeout(open, returnInMs);
    });
  }

  open();
  onTestFinished(client.close);
  return client;
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const events = ['data', 'end', 'error', 'close'] as const;

type Callback = (error?: Error | null) => void;

/**
 * A connection as Node's HTTP server sees it. The server attaches its parser, request, response, buffers and listeners to
 * this object, which is most of what an open response costs. A stream takes the bare socket and lets go of all that.
 *
 * It is created with the first bytes, and the server's parser, which takes 10 KiB, with it. When all visitors reconnect at
 * once, thousands of connections have sent nothing yet.
 */
class RequestSocket extends Duplex {
  /** Where the server hangs up: closing this object does not close a socket that was given away. */
  readonly socket: Socket;
  #isDetached = false;
  readonly #onTimeout = () => this.emit('timeout');
  readonly #listeners = {
    data: (chunk: Buffer) => {
      if (!this.push(chunk)) this.socket.pause();
    },
    end: () => this.push(null),
    error: (error: Error) => this.destroy(error),
    close: () => this.destroy(),
  };

  constructor(socket: Socket) {
    super({ decodeStrings: false });
    this.socket = socket;
    for (const event of events) socket.on(event, this.#listeners[event]);
  }

  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  get bytesWritten(): number {
    return this.socket.bytesWritten;
  }

  setTimeout(timeoutMs: number): this {
    if (!this.#isDetached) this.socket.off('timeout', this.#onTimeout).setTimeout(timeoutMs, this.#onTimeout);
    return this;
  }

  /** Gives the socket away. What the HTTP server writes or closes from now on has no effect on it. */
  detach(): Socket {
    for (const event of events) this.socket.off(event, this.#listeners[event]);
    if (this.socket.timeout) this.setTimeout(0);
    this.#isDetached = true;
    return this.socket;
  }

  /** Closes the connection once everything is written. The HTTP server calls it after a last response. */
  destroySoon(): void {
    // The server listens for `close`. Destroying an object that is not ended yet would create an error for each stream.
    if (this.#isDetached) this.emit('close');
    else this.end();
  }

  override _read(): void {
    if (!this.#isDetached) this.socket.resume();
  }

  override _write(chunk: string | Buffer, encoding: BufferEncoding, callback: Callback): void {
    if (this.#isDetached) callback();
    else this.socket.write(chunk, encoding, callback);
  }

  override _writev(chunks: { chunk: string | Buffer; encoding: BufferEncoding }[], callback: Callback): void {
    this.socket.cork();
    for (const [index, { chunk, encoding }] of chunks.entries()) {
      this._write(chunk, encoding, index === chunks.length - 1 ? callback : () => {});
    }
    this.socket.uncork();
  }

  override _final(callback: Callback): void {
    this.socket.once('close', () => callback());
    this.socket.destroySoon();
  }

  override _destroy(error: Error | null, callback: Callback): void {
    if (!this.#isDetached) this.socket.destroy();
    callback(error);
  }
}

/**
 * Makes a server serve its connections so that {@link takeSocket} can take them from it.
 *
 * @param accepts - whether to serve a connection; otherwise it is closed
 * @returns how to close the connections that have sent nothing yet for so many milliseconds: the server does not know them
 */
export function serveDetachably(server: Server, accepts: (socket: Socket) => boolean): (forMs?: number) => void {
  // A server serves any duplex stream of this event (Node's documentation, http.Server, Event: 'connection').
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  /** Connections that have sent nothing yet, each with the time since when. */
  const silent = new Map<Socket, number>();
  const untilFirstBytes = { data: serve, end: giveUp, error: giveUp, close: giveUp };
  function serve(this: Socket, firstBytes: Buffer): void {
    silent.delete(this);
    for (const event of events) this.off(event, untilFirstBytes[event]);
    const socket = new RequestSocket(this);
    for (const listener of listeners) listener.call(server, socket);
    socket.push(firstBytes);
  }
  function giveUp(this: Socket): void {
    silent.delete(this);
    this.destroy();
  }
  server.on('connection', (socket: Socket) => {
    if (!accepts(socket)) return void socket.destroy();
    silent.set(socket, performance.now());
    for (const event of events) socket.on(event, untilFirstBytes[event]);
  });
  return (forMs = 0) => {
    for (const [socket, since] of silent) {
      if (performance.now() - since < forMs) break;
      socket.destroy();
    }
  };
}

/**
 * Writes the rest of a response, and takes its socket. A server that serves detachably then frees what it had for the
 * connection. Any other server keeps it until the socket is closed, which takes about twice the memory.
 *
 * @throws if the response has no socket any more
 */
export function takeSocket(response: ServerResponse, rest: string): Socket {
  const { socket } = response;
  if (socket === null)
    throw new Error('The response has lost its socket. Take it in the turn in which it is answered.');
  if (socket instanceof RequestSocket) {
    response.end(rest);
    return socket.detach();
  }
  // What middleware has made of `write` gets none of the later frames, so it must not get the first ones.
  Reflect.apply(Object.getPrototypeOf(response).write, response, [rest]);
  // Node holds writes back until the end of this turn.
  while (socket.writableCorked > 0) socket.uncork();
  socket.setTimeout(0);
  return socket;
}

/** Whether the request is on a connection of a server that serves detachably. */
export function isServedDetachably({ socket }: IncomingMessage): boolean {
  return socket instanceof RequestSocket;
}

/** Closes the connection of a request, even if its socket was taken. */
export function hangUp({ socket }: IncomingMessage): void {
  const connection = socket instanceof RequestSocket ? socket.socket : socket;
  connection.destroy();
}

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Member } from '../presence/registry.ts';
import { takeSocket } from './detachable-socket.ts';

/** How many ticks in a row a stream may skip before it is ended. */
export const maxSkippedTicks = 10;

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'X-Content-Type-Options': 'nosniff',
  // `no-transform` keeps compressing proxies from holding events back.
  'Cache-Control': 'no-store, no-transform',
  // nginx buffers responses by default.
  'X-Accel-Buffering': 'no',
  // The connection closes when the stream ends.
  Connection: 'close',
};

/** A listener that finds the stream by its socket takes less memory than a closure for each stream. */
const eventStream = Symbol('event stream');

/** An open event stream: the socket of a response, to which frames are written until either side ends it. */
export class EventStream {
  /** When its lifetime ends, on the emitter's clock. */
  readonly expiresAt: number;
  /** The client that it stands for, until it is removed from the registry. */
  member: Member<EventStream> | undefined = undefined;
  readonly #socket: Socket;
  /** Called once, when the socket is closed by either side. */
  readonly onClose: (stream: EventStream) => void;
  #skippedTicks = 0;

  /** Sends the headers and the first frames at once. */
  constructor(response: ServerResponse, firstFrames: string, expiresAt: number, onClose: EventStream['onClose']) {
    // The body ends with the connection (RFC 9112 §6.3).
    response.removeHeader('Transfer-Encoding');
    response.writeHead(200, eventStreamHeaders);
    const socket = Object.assign(takeSocket(response, firstFrames), { [eventStream]: this });
    // A client that sends more than its request, or ends its side, does not read the stream any longer.
    socket.allowHalfOpen = false;
    socket.on('data', hangUp).on('error', hangUp).on('close', close);
    this.#socket = socket;
    this.onClose = onClose;
    this.expiresAt = expiresAt;
  }

  /** False as soon as either side has ended it. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Whether its socket still exists. */
  get isHeld(): boolean {
    return !this.#socket.closed;
  }

  /**
   * Writes the frame of a tick, unless the peer has not received what was written before (backpressure). Nothing is lost
   * by a skipped tick, because every snapshot is complete. No more than the first frames or one tick is ever queued.
   *
   * @returns `clogged` after {@link maxSkippedTicks} skipped ticks: end the stream
   */
  sendTick(frame: Buffer): 'sent' | 'skipped' | 'clogged' {
    if (this.#socket.writableLength > 0) return ++this.#skippedTicks < maxSkippedTicks ? 'skipped' : 'clogged';
    this.#skippedTicks = 0;
    this.#socket.write(frame);
    return 'sent';
  }

  /** Ends the stream without waiting for the peer. A last frame is sent if the peer has received all before it. */
  end(lastFrame?: string): void {
    if (lastFrame !== undefined && this.#socket.writableLength === 0) this.#socket.write(lastFrame);
    this.#socket.destroy();
  }
}

function close(this: Socket & { [eventStream]: EventStream }): void {
  const stream = this[eventStream];
  stream.onClose(stream);
}

function hangUp(this: Socket): void {
  this.destroy();
}

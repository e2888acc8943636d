import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { takeSocket } from './detachable-socket.ts';

/** How many ticks in a row a stream may skip before it is clogged for good. */
export const maxSkippedTicks = 10;

/** What an open stream is answered with. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  // `no-transform` keeps compressing proxies from holding events back.
  'Cache-Control': 'no-cache, no-transform',
  // nginx buffers answers unless it is told not to.
  'X-Accel-Buffering': 'no',
  // Nothing follows a stream on its connection, so that the end of one closes the other.
  Connection: 'close',
};

/** One open event stream: the socket of a response, which frames are written to until either side ends it. */
export class EventStream {
  /** When it is to end at the latest, on the emitter's clock. */
  readonly expiresAt: number;
  readonly #socket: Socket;
  #skippedTicks = 0;

  /**
   * Answers with the headers and the first frames at once.
   *
   * @param onClose - called once, when the socket is closed, whoever closed it
   */
  constructor(response: ServerResponse, firstFrames: string, expiresAt: number, onClose: () => void) {
    // Neither length nor chunks: the body ends with the connection (RFC 9112 §6.3).
    response.removeHeader('Transfer-Encoding');
    response.writeHead(200, eventStreamHeaders);
    response.write(firstFrames);
    const socket = takeSocket(response);
    // Who says more than the request, or goodbye, is no reader of this stream any longer.
    socket.on('data', hangUp).on('end', hangUp).on('error', hangUp).on('close', onClose);
    this.#socket = socket;
    this.expiresAt = expiresAt;
  }

  /** False as soon as either side has ended it. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Whether there still is a socket. */
  get isHeld(): boolean {
    return !this.#socket.closed;
  }

  /**
   * Writes a tick's frame. While the peer has not taken what was written before (backpressure), ticks are skipped, as
   * the next snapshot says everything that a skipped one did: what is queued for a stream is never more than its first
   * frames, or one tick's.
   *
   * @returns `clogged` after {@link maxSkippedTicks} skipped ones: the stream is to be ended
   */
  sendTick(frame: Buffer): 'sent' | 'skipped' | 'clogged' {
    if (this.#socket.writableLength > 0) return ++this.#skippedTicks < maxSkippedTicks ? 'skipped' : 'clogged';
    this.#skippedTicks = 0;
    this.#socket.write(frame);
    return 'sent';
  }

  /**
   * Ends the stream, with a last frame where one is given and the peer takes it. The kernel delivers what it has taken;
   * this process waits for nobody.
   */
  end(lastFrame?: string): void {
    if (lastFrame !== undefined && this.#socket.writableLength === 0) this.#socket.write(lastFrame);
    this.#socket.destroy();
  }
}

function hangUp(this: Socket): void {
  this.destroy();
}

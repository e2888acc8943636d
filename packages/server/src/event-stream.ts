import type { ServerResponse } from 'node:http';

/** How many ticks in a row a stream may skip before it is given up. */
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

/** One open event stream: a response that frames are written to until either side ends it. */
export class EventStream {
  readonly #response: ServerResponse;
  #skippedTicks = 0;

  /** Answers with the headers and the first frames at once. */
  constructor(response: ServerResponse, firstFrames: string) {
    this.#response = response;
    response.writeHead(200, eventStreamHeaders);
    response.write(firstFrames);
  }

  /**
   * Writes a tick's frame. While the peer has not taken what was written before (backpressure), ticks are skipped,
   * as the next snapshot says everything that a skipped one did; a stream that skips too many is given up.
   */
  sendTick(frame: string): void {
    if (this.#response.writableLength === 0) {
      this.#skippedTicks = 0;
      this.#response.write(frame);
    } else if (++this.#skippedTicks >= maxSkippedTicks) {
      this.#response.destroy();
    }
  }

  /** Ends the stream, with a last frame where one is given and the peer takes it. */
  end(lastFrame = ''): void {
    if (this.#response.writableLength === 0) this.#response.end(lastFrame);
    else this.#response.destroy();
  }
}

import type { Router } from 'express';
import type { Logger } from 'pino';

/** The figures of one tick. */
export type Snapshot = {
  /** Open tabs. */
  online: number;
  /** Browsers with a tab open: all tabs of one share a stream. */
  browsers: number;
  /** Tabs that ever arrived. A stream that comes back after a drop is no visit. */
  visits: number;
  /** Most tabs online at any tick, ever. */
  peak: number;
  /** One tab open for one second is one; summed over all tabs, ever. */
  visitorSeconds: number;
  /** When this was counted, in milliseconds since 1970. */
  at: number;
  /** There while a fleet's nodes cannot hear each other: the others' part is what was last heard of them. */
  partial?: true | undefined;
};

/** Each option is the environment variable of its name, with the same limits; the defaults differ where it says so. */
export type LiveVisitorsOptions = {
  /** The origins whose pages may read the count, besides the app's own; a host may begin with `*.`, and `*` is any. */
  allowedOrigins?: '*' | readonly string[];
  /** The folder in which the totals are kept; it is made where it is missing. */
  dataDir?: string;
  /** The Redis that several servers share to count as one, instead of `dataDir`. */
  redisUrl?: string;
  /** What the names of all keys in it begin with. */
  redisPrefix?: string;
  /** The most streams at once. */
  maxStreams?: number;
  /** The most streams at once from one address. */
  maxStreamsPerAddress?: number;
  /** Who may read `metrics`: everyone (`on`), whoever asks from a private network (`private`), or nobody, the default. */
  metrics?: 'on' | 'off' | 'private';
  /** Takes what there is to log; nothing is logged if it is left out. */
  logger?: Logger;
};

/** An Express router, and the presence that it counts. */
export type LiveVisitors = Router & {
  /** Who is here now; `undefined` until the first tick is recorded, a moment after the start, and once it is closed. */
  current(): Snapshot | undefined;
  /**
   * Calls back with the snapshot of each tick, once a second. What it throws is an uncaught exception of the process.
   * Returns how to stop.
   */
  subscribe(onSnapshot: (snapshot: Snapshot) => void): () => void;
  /** Bids farewell to all streams, and closes the store. To be called before the app's server is closed. */
  close(): Promise<void>;
};

/**
 * Counts the visitors of an app, and shows them: a router to mount under a path of its own, such as
 * `app.use('/visitors', liveVisitors())`. Whose address a request comes from is what the app's `trust proxy` says.
 *
 * @throws TypeError where an option is out of its limits, and an error of the name StoreError where the totals cannot
 * be kept in `dataDir`; the message says what to set
 */
export declare function liveVisitors(options?: LiveVisitorsOptions): LiveVisitors;

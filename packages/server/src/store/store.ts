import type { Snapshot } from '@live-visitors/shared';
import type { Minute } from '../history/minutes.ts';
import type { Counts } from '../presence/presence.ts';

/** What a store knows of the last 24 hours, read at one moment. Times are in milliseconds since 1970. */
export type Day = {
  /** The most tabs that were online at any tick, ever, and when that was first so; `at` is 0 where it is not known. */
  peak: { online: number; at: number };
  /**
   * Oldest first. Those in which nothing was recorded are left out; the last one is that of the last tick, and may still
   * be running. The first began less than 24 hours before the last.
   */
  minutes: Minute[];
};

/** What lasts. The presence is counted, recorded here, and only then shown. */
export type Store = {
  /** The time by its clock, in milliseconds since 1970: that of the ticks. All nodes of a fleet have the same. */
  now(): number;
  /**
   * Records one tick. The counts's `visits` and `visitorSeconds` are totals since this process began, so that a
   * call that is repeated counts nothing twice. Never rejects: what cannot be recorded now is kept, and recorded as soon
   * as it can be.
   *
   * @returns the snapshot to show. No total of it is ever lower than before; its `at` is the time of the store's clock,
   * which may be set back
   */
  record(counts: Counts): Promise<Snapshot>;
  /** What it knows of the last hour, second by second; oldest first. */
  recentSeconds(): Promise<{ at: number; online: number }[]>;
  /** What it knows of the last 24 hours; `undefined` while its store cannot be reached. */
  lastDay(): Promise<Day | undefined>;
  /** What keeps it from recording, if anything does, in a sentence for whoever runs the server. */
  trouble(): string | undefined;
  close(): Promise<void>;
};

/** A store cannot be had. The message is a sentence that says what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Another process has the store open. Once that process has closed it, it can be opened. */
export class StoreInUseError extends StoreError {}

import type { Snapshot } from '@live-visitors/shared';
import type { Minute } from '../history/minutes.ts';
import type { OtherPages, PageChange } from '../presence/page-names.ts';
import type { Counts } from '../presence/presence.ts';

/** What was online at one tick. `at` is in milliseconds since 1970. */
export type Second = { at: number; online: number };

/** How many entries a history has, and the milliseconds from one to the next. Together they are whole days. */
export type Resolution = { everyMs: number; entries: number };

/** What a store remembers. Times are in milliseconds since 1970. */
export type Past = {
  /** The most tabs that were ever online at any tick, and when that was first so; `at` is 0 if that is not known. */
  peak: { online: number; at: number };
  /**
   * Minutes, added up to entries that begin at multiples of `everyMs`: oldest first, without those in which nothing was
   * recorded. The last one may still be running. There may be one too many: the end of an entry before the first.
   */
  entries: Minute[];
};

/** Keeps the totals and the history. What is counted is recorded here, and only then shown. */
export interface Store {
  /** The pages of the other processes that record in it, as of the last tick. */
  readonly otherPages: OtherPages;
  /** The time of its clock, in milliseconds since 1970. Ticks follow it, and all nodes of a fleet share it. */
  now(): number;
  /**
   * Records one tick. Never rejects: what cannot be recorded now is kept, and recorded as soon as that works.
   *
   * @param counts - `visits` and `visitorSeconds` are totals since this process began: a repeated call counts nothing twice
   * @param pages - which pages have changed since the last call
   * @returns the snapshot to show. No total in it is lower than before. Its `at` is the time of the store's clock, which
   * may be set back
   */
  record(counts: Counts, pages?: readonly PageChange[]): Promise<Snapshot>;
  /** The last hour, second by second, oldest first. Seconds in which nothing was recorded are left out. */
  recentSeconds(): Promise<Second[]>;
  /** The history up to the last tick; `undefined` while it cannot be read. */
  past(resolution: Resolution): Promise<Past | undefined>;
  /** What keeps it from recording, in a sentence for the operator. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

/** A store cannot be opened. The message is a sentence that says what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Another process has the store open. It can be opened once that process has closed it. */
export class StoreInUseError extends StoreError {}

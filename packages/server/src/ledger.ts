import type { Snapshot } from '@live-visitors/shared';
import type { Reading } from './audience.ts';

/** What lasts. The audience is counted, recorded here, and only then shown. */
export type Ledger = {
  /**
   * Records one tick. The reading's `visits` and `visitorSeconds` are totals since this process began, so that a
   * call that is repeated counts nothing twice. Never rejects: what cannot be recorded now is kept, and recorded as soon
   * as it can be.
   *
   * @returns the snapshot to show. Its `at` is later than that of the one before, and no total of it is ever lower
   */
  record(reading: Reading): Promise<Snapshot>;
  /** What it knows of the last hour, second by second; oldest first. */
  recentSeconds(): Promise<{ at: number; online: number }[]>;
  /** What keeps it from recording, if anything does, in a sentence for whoever runs the server. */
  trouble(): string | undefined;
  close(): Promise<void>;
};

/** A ledger cannot be had. The message is a sentence that says what to do. */
export class LedgerError extends Error {
  override name = 'LedgerError';
}

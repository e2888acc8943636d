import type { Snapshot } from '@live-visitors/shared';
import type { Reading } from './audience.ts';

/** What lasts. The audience is counted, recorded here, and only then shown. */
export type Ledger = {
  /**
   * Records one tick. The reading's `visits` and `visitorSeconds` are totals since this process began, so that a
   * call that is repeated counts nothing twice.
   *
   * @returns the snapshot to show, all of which is safe by now. Its `at` is later than that of the one before
   */
  record(reading: Reading): Promise<Snapshot>;
  close(): Promise<void>;
};

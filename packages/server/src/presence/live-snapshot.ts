import type { Snapshot } from '@live-visitors/shared';
import type { Counts } from './presence.ts';

/** One tick: what this process counted, and the snapshot that the store made of it. */
export type RecordedTick = {
  counts: Counts;
  snapshot: Snapshot;
  /** The id of its event: higher than that of the tick before, even if the clock was set back. */
  id: number;
  /** When it was recorded, in milliseconds since some moment; never set back. */
  recordedAt: number;
};

/**
 * The snapshot at a moment after a tick: with what this process counts now, and the other nodes of a fleet as last
 * heard. Totals are those of the tick, because only what is recorded is shown.
 *
 * @param now - what is counted at that moment
 * @param elapsed - that moment, on the clock of the tick's `recordedAt`
 */
export function snapshotAfter({ counts, snapshot, recordedAt }: RecordedTick, now: Counts, elapsed: number): Snapshot {
  return {
    ...snapshot,
    online: snapshot.online + now.online - counts.online,
    browsers: snapshot.browsers + now.browsers - counts.browsers,
    // By the store's clock: in a fleet, the clocks of the nodes differ.
    at: snapshot.at + Math.floor(elapsed - recordedAt),
  };
}

import type { Snapshot } from '@live-visitors/shared';
import type { Counts } from './presence.ts';

/** One tick: what was counted here, and what that came to in the store. */
export type RecordedTick = {
  counts: Counts;
  snapshot: Snapshot;
  /** The id of its event: higher than that of the tick before, even where the clock was set back. */
  id: number;
  /** When it was recorded, in milliseconds since some moment; never set back. */
  recordedAt: number;
};

/**
 * Who is here at a moment after a tick: in this process as counted now, on a fleet's other nodes as last heard. The
 * totals are as last recorded, for what is shown is safe.
 *
 * @param now - what is counted here at that moment
 * @param elapsed - that moment, on the clock of the tick's `recordedAt`
 */
export function snapshotAfter({ counts, snapshot, recordedAt }: RecordedTick, now: Counts, elapsed: number): Snapshot {
  return {
    ...snapshot,
    online: snapshot.online + now.online - counts.online,
    browsers: snapshot.browsers + now.browsers - counts.browsers,
    // The store's time goes on with this process's own: in a fleet, clocks differ.
    at: snapshot.at + Math.floor(elapsed - recordedAt),
  };
}

import type { RangeHistory, Snapshot } from '@live-visitors/shared';

/** If two snapshots are no further apart, the time of a rise between them is known. */
const watchedMs = 5000;

export type PeakTime = ReturnType<typeof createPeakTime>;

/** Knows when the peak was: from the server's history, and from the snapshots since. */
export function createPeakTime() {
  let known: RangeHistory['peak'] = { online: -1, at: null };
  let last: Pick<Snapshot, 'peak' | 'at'> | undefined;

  return {
    learn(peak: RangeHistory['peak']): void {
      // The answer may be older than a peak seen since.
      if (peak.online >= known.online || last?.peak === peak.online) known = peak;
    },

    hear({ peak, at }: Pick<Snapshot, 'peak' | 'at'>): void {
      if (last && peak > last.peak && at - last.at <= watchedMs) known = { online: peak, at };
      last = { peak, at };
    },

    /** When that peak was, in milliseconds since 1970; `null` if the server does not know, `undefined` before it is asked. */
    of: (peak: number): number | null | undefined => (known.online === peak ? known.at : undefined),
  };
}

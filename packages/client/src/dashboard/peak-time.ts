import type { DayHistory, Snapshot } from '@live-visitors/shared';

/** A rise between two snapshots that are no further apart was seen when it happened. */
const watchedMs = 5000;

export type PeakTime = ReturnType<typeof createPeakTime>;

/** Knows when the most were here at once: from the server's history, and from what the page sees itself. */
export function createPeakTime() {
  let known: DayHistory['peak'] = { online: -1, at: null };
  let last: Pick<Snapshot, 'peak' | 'at'> | undefined;

  return {
    learn(peak: DayHistory['peak']): void {
      // An answer may be older than what was seen meanwhile.
      if (peak.online >= known.online || last?.peak === peak.online) known = peak;
    },

    hear({ peak, at }: Pick<Snapshot, 'peak' | 'at'>): void {
      if (last && peak > last.peak && at - last.at <= watchedMs) known = { online: peak, at };
      last = { peak, at };
    },

    /** When that peak was, in milliseconds since 1970; `undefined` while the server has to be asked. */
    of: (peak: number): number | null | undefined => (known.online === peak ? known.at : undefined),
  };
}

import { RecentHistory, tickMs } from '@live-visitors/shared';
import type { Update } from '../update.ts';

/** How many seconds the dashboard's chart of the last minutes shows. */
export const recentSeconds = 600;

/** By how much the clocks of a fleet's servers, and delays on the way, may differ. */
const toleranceMs = 5000;

export type Recent = ReturnType<typeof createRecent>;

/** Learns from updates how many visitors were online in the last seconds. */
export function createRecent(seconds: number, now: () => number) {
  const history = new RecentHistory(seconds);
  let tickAt = Number.NEGATIVE_INFINITY;

  return {
    learn({ past, last }: Update): void {
      if (past) history.fill(past);
      if (!last) return;
      tickAt = now() - last.ageMs;
      const serverTime = last.snapshot.at + last.ageMs;
      // The clock of the server was set back.
      if (history.endsAt > serverTime + toleranceMs) history.forgetAfter(serverTime);
      history.add(last.snapshot);
    },

    /** From the oldest second that is known to the newest; `undefined` if none is. */
    read: () => history.last(),

    /** How many seconds of history the next stream is to bring. */
    missingSeconds(): number {
      const silenceMs = now() - tickAt;
      // A stream brings the latest tick by itself.
      return silenceMs < 1.5 * tickMs ? 0 : Math.min(seconds, Math.ceil((silenceMs + toleranceMs) / 1000));
    },
  };
}

import { RecentHistory } from '@live-visitors/shared';
import type { Update } from '../update.ts';

/** How many seconds the dashboard's chart of the last minutes shows. */
export const recentSeconds = 600;

/** By how much the clocks of a fleet's servers, and delays on the way, may differ. */
const toleranceMs = 5000;

export type Recent = ReturnType<typeof createRecent>;

/** Learns from updates how many visitors were online in the last seconds. */
export function createRecent(seconds: number) {
  const history = new RecentHistory(seconds);

  return {
    seconds,

    learn({ past, last }: Update): void {
      if (past) history.fill(past);
      if (!last) return;
      const serverTime = last.snapshot.at + last.ageMs;
      // The clock of the server was set back.
      if (history.endsAt > serverTime + toleranceMs) history.forgetAfter(serverTime);
      history.add(last.snapshot);
    },

    /** From the oldest second that is known to the newest; `undefined` if none is. */
    read: () => history.last(),
  };
}

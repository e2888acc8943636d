import { tickMs } from '@live-visitors/shared';

/** A check that comes so late says that this tab itself was asleep, and may have update waiting. */
const asleepAfterMs = 2.5 * tickMs;

/** How long after a sleep all that has waited may take to arrive. */
export const wakingMs = tickMs;

/** Knows for how long nothing was heard, not counting the time in which this tab was asleep and could hear nothing. */
export function listenForSilence(now: () => number) {
  let heardAt = now();
  let checkedAt = now();
  let awakeSince = Number.NEGATIVE_INFINITY;

  return {
    heard(): void {
      heardAt = now();
    },

    silenceMs: () => now() - heardAt,

    /** To be called each second, and whenever the page wakes up. Returns how awake this tab is. */
    check(): 'woke up' | 'waking' | 'awake' {
      const wokeUp = now() - checkedAt >= asleepAfterMs;
      checkedAt = now();
      if (!wokeUp) return now() - awakeSince < wakingMs ? 'waking' : 'awake';
      heardAt = now();
      awakeSince = now();
      return 'woke up';
    },
  };
}

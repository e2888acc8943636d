/** A check that comes so late says that this tab itself was asleep, and may have news waiting. */
const asleepAfterMs = 2500;

/** Knows for how long nothing was heard, not counting the time in which this tab was asleep and could hear nothing. */
export function listenForSilence(now: () => number) {
  let heardAt = now();
  let checkedAt = now();

  return {
    heard(): void {
      heardAt = now();
    },
    silenceMs: () => now() - heardAt,
    /** To be called each second. Returns whether this tab has just woken up. */
    check(): boolean {
      const wokeUp = now() - checkedAt >= asleepAfterMs;
      checkedAt = now();
      if (wokeUp) heardAt = now();
      return wokeUp;
    },
  };
}

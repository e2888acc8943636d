/** Whoever listens to the page is told of changes so often at the most. */
const announceEveryMs = 10_000;

/** A sentence. `lang` is its language, where that is not the page's. */
export type Saying = { text: string; lang?: 'en' };

/**
 * Decides when what has changed is to be announced: never twice in `announceEveryMs`, and only what did not hold when it
 * was decided last. What passes in between is never announced, what lasts is in the end.
 */
export function createAnnouncer() {
  let held: readonly Saying[] = [];
  let announcedAt = Number.NEGATIVE_INFINITY;

  /**
   * To be called with all that holds now, each second and whenever it changes.
   *
   * @param now - milliseconds since some moment; never set back
   * @returns what is to be announced of it
   */
  return (sayings: readonly Saying[], now: number): Saying[] => {
    if (now - announcedAt < announceEveryMs) return [];
    const added = sayings.filter(({ text }) => !held.some((before) => before.text === text));
    held = sayings;
    if (added.length > 0) announcedAt = now;
    return added;
  };
}

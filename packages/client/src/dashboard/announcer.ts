/** The shortest time from one announcement to the next. */
const announceEveryMs = 10_000;

/** A sentence for screen readers. `lang` is its language, if that differs from the document's. */
export type Announcement = { text: string; lang?: 'en' };

/**
 * Decides when to announce changes to screen readers: at most once in `announceEveryMs`, and only what was not true at
 * the last decision. A state that passes in between is never announced; one that lasts is.
 */
export function createAnnouncer() {
  let held: readonly Announcement[] = [];
  let announcedAt = Number.NEGATIVE_INFINITY;

  /**
   * To be called with all that is true now, each second and after every change.
   *
   * @param now - milliseconds on a clock that never goes back
   * @returns what to announce
   */
  return (current: readonly Announcement[], now: number): Announcement[] => {
    if (now - announcedAt < announceEveryMs) return [];
    const added = current.filter(({ text }) => !held.some((before) => before.text === text));
    held = current;
    if (added.length > 0) announcedAt = now;
    return added;
  };
}

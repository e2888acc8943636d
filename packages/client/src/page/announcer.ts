/** Whoever listens to the page is told of a change so often at the most. */
const announceEveryMs = 10_000;

/**
 * Decides when a number that changes is to be announced: never twice in `announceEveryMs`, and only where it is not what
 * was said last.
 */
export function createAnnouncer() {
  let said: { value: number; at: number } | undefined;

  /**
   * To be called with each number, and with the time in milliseconds since some moment.
   *
   * @returns whether it is to be announced. The first one is not: it is read with the page
   */
  return (value: number, now: number): boolean => {
    if (said !== undefined && (said.value === value || now - said.at < announceEveryMs)) return false;
    const isFirst = said === undefined;
    said = { value, at: now };
    return !isFirst;
  };
}

/** Further apart than this, two clocks do not differ by rounding: one of them stood still or was set. */
const asleepMs = 1000;

/**
 * Makes a clock that never goes back and goes on during sleep. `performance.now()` stands still then on Linux and macOS
 * (w3c/hr-time#115), and `Date.now()` can be set back: whichever moved more is right.
 *
 * @returns milliseconds since some moment
 */
export function createElapsed(performanceNow: () => number, dateNow: () => number): () => number {
  let sleptMs = 0;
  let dateAheadMs = dateNow() - performanceNow();

  return () => {
    const awakeMs = performanceNow();
    const aheadMs = dateNow() - awakeMs;
    if (aheadMs - dateAheadMs > asleepMs) sleptMs += aheadMs - dateAheadMs;
    dateAheadMs = aheadMs;
    return awakeMs + sleptMs;
  };
}

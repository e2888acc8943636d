/** Further apart than this, two clocks do not differ by rounding: one of them stood still or was set. */
const asleepMs = 1000;

/**
 * Makes a clock that never goes back and goes on during sleep. `performance.now()` stands still then on Linux and macOS
 * (w3c/hr-time#115), and `Date.now()` can be set back: whichever moved more is right.
 *
 * @returns milliseconds since some moment
 */
export function createElapsed(performanceNow: () => number, dateNow: () => number): () => number {
  let elapsed = 0;
  let performanceBefore = performanceNow();
  let dateBefore = dateNow();

  return () => {
    const [performanceAfter, dateAfter] = [performanceNow(), dateNow()];
    const moved = performanceAfter - performanceBefore;
    const dateMoved = dateAfter - dateBefore;
    elapsed += dateMoved - moved > asleepMs ? dateMoved : moved;
    performanceBefore = performanceAfter;
    dateBefore = dateAfter;
    return elapsed;
  };
}

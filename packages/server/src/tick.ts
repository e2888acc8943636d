/**
 * Milliseconds until the next tick: ticks fall on whole multiples of `everyMs`, so that a late one delays no other
 * and all nodes of a fleet count at the same moment. Never so soon after the last that a timer which fired a touch
 * early ticks twice.
 */
export function untilNextTick(now: number, everyMs: number): number {
  const delay = everyMs - (now % everyMs);
  return delay < everyMs / 4 ? delay + everyMs : delay;
}

/**
 * Calls `onTick` at each tick, with how many milliseconds late it is. A tick that is still at work when the next one is
 * due is waited for.
 *
 * @param now - the time in milliseconds since 1970
 * @returns how to stop; resolves when the tick under way, if any, is done
 */
export function startTicking(
  everyMs: number,
  now: () => number,
  onTick: (latenessMs: number) => Promise<void>,
): () => Promise<void> {
  let stopped = false;
  let underWay = Promise.resolve();
  let timer: NodeJS.Timeout;

  const schedule = () => {
    const delayMs = untilNextTick(now(), everyMs);
    const dueAt = now() + delayMs;
    timer = setTimeout(() => {
      underWay = onTick(Math.max(0, now() - dueAt)).finally(() => {
        if (!stopped) schedule();
      });
    }, delayMs);
  };
  schedule();

  return () => {
    stopped = true;
    clearTimeout(timer);
    return underWay;
  };
}

import { tickMs } from '@live-visitors/shared';

/**
 * Calls `onTick` at each tick, with how many milliseconds late it is. The next tick waits for one that is still at work.
 *
 * @param now - the time in milliseconds since 1970
 * @returns how to stop; resolves when no tick is at work
 */
export function startTicking(now: () => number, onTick: (latenessMs: number) => Promise<void>) {
  let stopped = false;
  let underWay = Promise.resolve();
  let timer: NodeJS.Timeout;

  const schedule = (lastAt?: number) => {
    const dueAt = nextTickAt(now(), lastAt);
    timer = setTimeout(() => {
      underWay = onTick(Math.max(0, now() - dueAt)).finally(() => {
        if (!stopped) schedule(dueAt);
      });
      // The timer must not keep a process alive whose servers are closed.
    }, dueAt - now()).unref();
  };
  schedule();

  return () => {
    stopped = true;
    clearTimeout(timer);
    return underWay;
  };
}

/**
 * When the next tick is due: at a multiple of {@link tickMs}, so that a late tick delays no other and all nodes of a fleet
 * count at the same moment.
 *
 * @param lastAt - when the last one was due: a timer that fires a little early must not meet it twice
 */
export function nextTickAt(now: number, lastAt?: number): number {
  const next = now - (now % tickMs) + tickMs;
  return next === lastAt ? next + tickMs : next;
}

import { nextTickAt } from './tick.ts';

/**
 * Calls `onTick` at each tick, with how many milliseconds late it is. A tick that is still at work when the next one is
 * due is waited for, and one that fails does not keep the next from coming.
 *
 * @param now - the time in milliseconds since 1970
 * @param onFailure - takes what a tick rejected with; left out, that is an uncaught exception
 * @returns how to stop; resolves when the tick under way, if any, is done
 */
export function startTicking(
  everyMs: number,
  now: () => number,
  onTick: (latenessMs: number) => Promise<void>,
  onFailure: (error: unknown) => void = rethrow,
): () => Promise<void> {
  let stopped = false;
  let underWay = Promise.resolve();
  let timer: NodeJS.Timeout;

  const schedule = (lastAt?: number) => {
    const dueAt = nextTickAt(now(), everyMs, lastAt);
    timer = setTimeout(() => {
      underWay = onTick(Math.max(0, now() - dueAt))
        .catch(onFailure)
        .then(() => {
          if (!stopped) schedule(dueAt);
        });
    }, dueAt - now());
  };
  schedule();

  return () => {
    stopped = true;
    clearTimeout(timer);
    return underWay;
  };
}

function rethrow(error: unknown): never {
  throw error;
}

import { longestCountedMs } from '../timing.ts';
import type { Clock } from './clock.ts';

/** Notices when this process was paused, or its machine slept, since the last count. */
export function createPauseWatch(clock: Clock) {
  let counted = { elapsed: clock.elapsed(), now: clock.now() };

  return {
    /** Whether there was a pause. What happened on the sockets meanwhile may not have been read yet. */
    wasPaused(): boolean {
      return Math.max(clock.elapsed() - counted.elapsed, clock.now() - counted.now) > longestCountedMs;
    },

    /** Call it at each count. */
    count(): void {
      counted = { elapsed: clock.elapsed(), now: clock.now() };
    },
  };
}

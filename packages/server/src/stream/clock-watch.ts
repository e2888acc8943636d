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

/**
 * Notices when the clock of the store is set.
 *
 * @returns a function to be called with the time of each recorded tick. It returns by how many milliseconds the clock was
 * set forward since the tick before: negative if it was set back, and usually 0
 */
export function createStepWatch(clock: Clock): (at: number) => number {
  let recorded: { at: number; uptime: number } | undefined;

  return (at) => {
    const uptime = clock.uptime();
    const stepMs = recorded === undefined ? 0 : at - recorded.at - (uptime - recorded.uptime);
    recorded = { at, uptime };
    return Math.abs(stepMs) > longestCountedMs ? Math.round(stepMs) : 0;
  };
}

import { longestCountedMs } from '../timing.ts';
import type { Clock } from './clock.ts';

/** Compares the clocks from one tick to the next: a pause of this process and a clock that was set both show there. */
export function createClockWatch(clock: Clock) {
  let counted = { elapsed: clock.elapsed(), now: clock.now() };
  let recorded: { at: number; uptime: number } | undefined;

  return {
    /**
     * Whether this process was paused, or its machine slept, since the last count. What happened on the sockets
     * meanwhile may not have been read yet.
     */
    wasPaused(): boolean {
      return Math.max(clock.elapsed() - counted.elapsed, clock.now() - counted.now) > longestCountedMs;
    },

    /** To be called at each count. */
    count(): void {
      counted = { elapsed: clock.elapsed(), now: clock.now() };
    },

    /**
     * To be called with the time of each tick that was recorded.
     *
     * @returns by how many milliseconds the clock of the store was set since the tick before: negative where it was set
     * back, and 0 where it went on
     */
    stepTo(at: number): number {
      const uptime = clock.uptime();
      const stepMs = recorded === undefined ? 0 : at - recorded.at - (uptime - recorded.uptime);
      recorded = { at, uptime };
      return Math.abs(stepMs) > longestCountedMs ? Math.round(stepMs) : 0;
    },
  };
}

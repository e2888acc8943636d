import { uptime } from 'node:os';
import { longestCountedMs } from '../timing.ts';

export type Clock = {
  /** The time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back. */
  elapsed(): number;
  /** Like `elapsed`, but it also counts the time that the machine sleeps. Accurate to 10 ms. */
  uptime(): number;
};

/** The clock of this machine. */
export const systemClock: Clock = { now: Date.now, elapsed: () => performance.now(), uptime: () => uptime() * 1000 };

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

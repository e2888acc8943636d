import { uptime } from 'node:os';

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

import { uptime } from 'node:os';

export type Clock = {
  /** The time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back. */
  elapsed(): number;
  /** As `elapsed`, but it goes on while the machine sleeps, and may be 10 ms off. */
  uptime(): number;
};

/** This machine's. */
export const systemClock: Clock = { now: Date.now, elapsed: () => performance.now(), uptime: () => uptime() * 1000 };

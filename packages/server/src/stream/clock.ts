export type Clock = {
  /** The time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back. */
  elapsed(): number;
};

/** This machine's. */
export const systemClock: Clock = { now: Date.now, elapsed: () => performance.now() };

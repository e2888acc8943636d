/** Time and chance, injected. */
export type Clock = {
  /** Milliseconds since some moment; it is never set back, and goes on during sleep. */
  now: () => number;
  /** Calls back once, `delayMs` later at the earliest. Returns how to cancel it. */
  schedule: (callback: () => void, delayMs: number) => () => void;
  /** From 0 to 1. */
  random: () => number;
};

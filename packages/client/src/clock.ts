/** Time and chance, handed in. */
export type Clock = {
  /** Milliseconds since some moment; never set back, and goes on during sleep. */
  now: () => number;
  /** Calls back once, `delayMs` later at the earliest. Returns how to call it off. */
  schedule: (callback: () => void, delayMs: number) => () => void;
  /** From 0 to 1. */
  random: () => number;
};

import { tickMs } from '@live-visitors/shared';

// Times whose relation matters: timing.test.ts compares them with each other.

/** No more than two streams are opened within this time: elements that a reader scrolls past change the pages all the time. */
export const twoStreamsWithinMs = tickMs / 2;

/** After this much silence, what was heard last is stale: two ticks are missing, and the next one is nearly due. */
export const staleAfterMs = 2.5 * tickMs;

/** A document that has run nothing for this long was asleep. */
export const asleepAfterMs = 2.5 * tickMs;

/** How long after sleep the messages that were queued may take to arrive. */
export const wakingMs = tickMs;

/** A visible follower that has heard nothing for this long takes the lead: the leader may be frozen, with its lock. */
export const stealAfterMs = 4 * tickMs;

/** After this much silence, the count is looked up: a proxy may be holding back the stream's events. */
export const lookUpAfterMs = 5 * tickMs;
export const lookUpEveryMs = 15 * tickMs;
/** An answer that takes longer is not waited for. */
export const lookUpWithinMs = 10 * tickMs;

/** After this much silence a stream is given up, even if the browser reports it as open: after sleep, it may be dead. */
export const lostAfterMs = 10 * tickMs;

/** A number whose age is not shown is hidden when it is older than this. */
export const shownForMs = 10 * tickMs;

/** The same in the state `delayed`. */
export const delayedShownForMs = 20 * tickMs;

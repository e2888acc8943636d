import { tickMs } from '@live-visitors/shared';

// Times whose relation matters: timing.test.ts compares them with each other.

/** How many ticks a node of a fleet may miss before its visitors leave the count. */
export const missedTicks = 1;

/** How many ticks nodes have to return after Redis was away, before their visitors leave the count. */
export const returnTicks = 2;

/**
 * How long a node waits for the reports of the others at the same tick, in milliseconds. Without it, a change that
 * another node reports a moment later would be shown a second later.
 */
export const gatherMs = 100;

/** How long Redis may take to answer, in milliseconds, before a tick goes on without it. */
export const answerMs = 400;

/** The reconnection time after a farewell, in place of the usual one: a node that stops has told the others. */
export const farewellTimeMs = { min: 500, max: 2500 };

/** The same for a replaced stream: two clients with the same `browser` id would otherwise replace each other for ever. */
export const replacedTimeMs = { min: 30_000, max: 60_000 };

/**
 * The grace period: how long a browser's other tabs stay in the count when their stream breaks off. The tab that held it
 * is gone, and another one is about to open the next stream; without this, the count would dip. As it ends at a tick, a
 * browser that closes all its tabs is out of the count within 1.5 s.
 */
export const graceMs = 450;

/**
 * The longest time between two counts that visitors are taken to have spent, in milliseconds. After a longer one this
 * process was paused or stalled, and could not see who left.
 */
export const longestCountedMs = 2.5 * tickMs;

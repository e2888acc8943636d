import { tickMs } from '@live-visitors/shared';

// Times whose relation matters: timing.test.ts holds them against each other.

/** How many ticks a node of a fleet may miss before its visitors are taken for gone. */
export const missedTicks = 1;

/** How many ticks nodes have to come back after Redis was away, before their visitors are taken for gone. */
export const returnTicks = 2;

/**
 * How long a node waits for what the others report at the same tick, in milliseconds. Without it, a change that another
 * node reports a moment later would be shown a second later.
 */
export const gatherMs = 100;

/** How long Redis may take to answer, in milliseconds, before a tick goes on without it. */
export const answerMs = 400;

/**
 * The reconnection time of a stream, which a browser waits after it broke off, is between these two: different for each,
 * so that a restart brings no stampede. No shorter than a node that was killed counts as present: its visitors would
 * count on two nodes.
 */
export const reconnectionTimeMs = { min: (missedTicks + 0.5) * tickMs, max: 3500 };

/** The same after a farewell: a node that stops has told the others. */
export const farewellTimeMs = { min: 500, max: 2500 };

/**
 * The same for a stream whose place another one took. Two clients that have the same `browser` id would otherwise replace
 * each other every other second.
 */
export const replacedTimeMs = { min: 30_000, max: 60_000 };

/**
 * How long the places of a browser's other tabs are kept when their stream breaks off: the tab that held it is gone at
 * once, and one of the others is about to open the next stream. Without this the count would dip by all of them. As the
 * places are given up at a tick, a browser that goes with all its tabs is out of the count within 1.5 s.
 */
export const graceMs = 450;

/**
 * The longest time between two counts that is taken as spent by the visitors, in milliseconds. During a longer one this
 * process was paused or stalled, and could not see who left.
 */
export const longestCountedMs = 2.5 * tickMs;

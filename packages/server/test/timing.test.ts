import { reconnectionTimeMs, tickMs } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { answerMs, gatherMs, graceMs, missedTicks, returnTicks } from '../src/timing.ts';

test('visitors of a node that was killed are not back before it is taken for gone', () => {
  // Its last report belongs to the tick nearest to it, and so does the count in which they are back.
  expect(reconnectionTimeMs.min).toBeGreaterThanOrEqual((missedTicks + 0.5) * tickMs);
  expect(reconnectionTimeMs.max).toBeGreaterThan(reconnectionTimeMs.min);
});

test('a tick of a fleet is shown before the next one begins', () => {
  expect(gatherMs).toBeLessThan(answerMs);
  expect(answerMs).toBeLessThan(tickMs / 2);
});

test('after Redis was away, a node has longer to come back than to miss a tick', () => {
  expect(returnTicks).toBeGreaterThan(missedTicks);
});

test('places are kept for less than a tick', () => {
  expect(graceMs).toBeLessThan(tickMs / 2);
});

import { tickMs } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import {
  asleepAfterMs,
  delayedShownForMs,
  lookUpAfterMs,
  lookUpEveryMs,
  lookUpWithinMs,
  lostAfterMs,
  shownForMs,
  staleAfterMs,
  stealAfterMs,
  wakingMs,
} from '../src/timing.ts';

test('a count that arrives each second is not stale when one tick is late', () => {
  expect(staleAfterMs).toBeGreaterThan(2 * tickMs);
});

test('a document that was asleep takes no silence for that of others', () => {
  expect(asleepAfterMs).toBeLessThanOrEqual(staleAfterMs);
});

test('a leader that slept for a moment speaks before another one takes its lock', () => {
  expect(stealAfterMs).toBeGreaterThan(staleAfterMs);
  expect(stealAfterMs).toBeGreaterThan(asleepAfterMs + wakingMs);
});

test('a silent stream is stale, then made up for by look-ups, then given up', () => {
  expect(lookUpAfterMs).toBeGreaterThan(staleAfterMs);
  expect(lostAfterMs).toBeGreaterThan(lookUpAfterMs);
});

test('a look-up has ended before the next', () => {
  expect(lookUpWithinMs).toBeLessThan(lookUpEveryMs);
});

test('a number is shown until its stream is given up, and while updates are delayed until the next look-up', () => {
  expect(shownForMs).toBeGreaterThanOrEqual(lostAfterMs);
  expect(delayedShownForMs).toBeGreaterThan(lookUpEveryMs);
});

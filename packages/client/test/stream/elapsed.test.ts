import { expect, test } from 'vitest';
import { createElapsed } from '../../src/stream/elapsed.ts';

function createClocks() {
  const clocks = { performance: 0, date: 1_790_000_000_000 };
  const elapsed = createElapsed(
    () => clocks.performance,
    () => clocks.date,
  );
  return {
    elapsed,
    pass(performanceMs: number, dateMs: number) {
      clocks.performance += performanceMs;
      clocks.date += dateMs;
      return elapsed();
    },
  };
}

test('time that both clocks saw passes once', () => {
  const { pass, elapsed } = createClocks();
  expect(pass(1000, 1000)).toBe(1000);
  expect(elapsed()).toBe(1000);
  // Whole milliseconds and fractions add up to the same.
  for (let i = 0; i < 10; i++) pass(0.1, i === 4 ? 1 : 0);
  expect(elapsed()).toBeCloseTo(1001);
});

test('an hour asleep passes, though only the time of day moved', () => {
  const { pass } = createClocks();
  expect(pass(20, 3_600_000)).toBe(3_600_000);
});

test('it never goes back, though the time of day is set back', () => {
  const { pass } = createClocks();
  expect(pass(1000, -3_600_000)).toBe(1000);
  expect(pass(1000, 1000)).toBe(2000);
});

import { describe, expect, test } from 'vitest';
import { untilNextTick } from '../src/tick.ts';

describe('the next tick', () => {
  test('falls on the next whole second', () => {
    expect(untilNextTick(5_000, 1000)).toBe(1000);
    expect(untilNextTick(5_002, 1000)).toBe(998);
    expect(untilNextTick(5_700, 1000)).toBe(300);
  });

  test('is not the second that a timer has just met a touch early', () => {
    expect(untilNextTick(5_999, 1000)).toBe(1001);
  });
});

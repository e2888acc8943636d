import { describe, expect, test } from 'vitest';
import { nextTickAt } from '../src/stream/ticker.ts';

describe('the next tick', () => {
  test('falls on the next whole second', () => {
    expect(nextTickAt(5_000, 1000)).toBe(6_000);
    expect(nextTickAt(5_002, 1000)).toBe(6_000);
    expect(nextTickAt(5_700, 1000)).toBe(6_000);
  });

  test('is not the second that a timer has just met a touch early', () => {
    expect(nextTickAt(5_999, 1000, 6_000)).toBe(7_000);
  });

  test('is the very next second, however late the last one was done', () => {
    expect(nextTickAt(6_990, 1000, 6_000)).toBe(7_000);
  });
});

import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../src/stream/backoff.ts';

describe('the backoff', () => {
  test('grows with each failure, up to a limit', () => {
    expect([1, 2, 3, 4].map((failures) => backoffMs(failures, 1))).toEqual([1000, 1500, 2250, 3375]);
    expect(backoffMs(1000, 1)).toBe(15_000);
  });

  test('is spread over the upper half of its length', () => {
    expect(backoffMs(1, 0)).toBe(500);
    expect(backoffMs(1, 0.5)).toBe(750);
  });
});

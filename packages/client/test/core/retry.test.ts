import { describe, expect, test } from 'vitest';
import { backoffMs, retryInMs } from '../../src/core/retry.ts';

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

describe('the next try', () => {
  test('comes at once when the trouble has passed, but in no tight loop', () => {
    expect(retryInMs({ kind: 'open' }, 1, 1)).toBe(0);
    expect(retryInMs({ kind: 'open' }, 2, 1)).toBe(1500);
  });

  test('comes no sooner than the server asked', () => {
    expect(retryInMs({ kind: 'unavailable', retryAfterMs: undefined }, 1, 1)).toBe(1000);
    expect(retryInMs({ kind: 'unavailable', retryAfterMs: 5000 }, 1, 1)).toBe(5000);
    expect(retryInMs({ kind: 'refused', reason: '', retryAfterMs: 5000 }, 1, 1)).toBe(5000);
    expect(retryInMs({ kind: 'refused', reason: '', retryAfterMs: undefined }, 1, 1)).toBe(30_000);
  });

  test('comes later each time that a server refuses without saying when, up to a limit', () => {
    const inMs = (failures: number) => retryInMs({ kind: 'refused', reason: '', retryAfterMs: undefined }, failures, 1);
    expect([1, 2, 3, 4, 100].map(inMs)).toEqual([30_000, 60_000, 120_000, 120_000, 120_000]);
  });
});

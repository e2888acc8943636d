import { describe, expect, test } from 'vitest';
import { backoffMs, reconnectInMs, retryInMs } from '../../src/stream/retry.ts';

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
  const refusal = { status: 403, detail: 'Not from here.' };

  test('comes later than the server asked, at another time for each client', () => {
    const inMs = (random: number) => retryInMs({ ...refusal, reconnectInMs: 5000 }, 1, random);
    expect([0, 0.5, 1].map(inMs)).toEqual([5500, 5750, 6000]);
  });

  test('comes later each time that a server refuses without saying when, up to a limit', () => {
    const inMs = (failures: number) => retryInMs(refusal, failures, 1);
    expect([1, 2, 3, 4, 100].map(inMs)).toEqual([31_000, 61_500, 122_250, 123_375, 135_000]);
  });
});

test('a stream that broke off is opened anew within the limits of the reconnection time', () => {
  expect([0, 0.5, 1].map(reconnectInMs)).toEqual([1500, 2500, 3500]);
});

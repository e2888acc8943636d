import { describe, expect, test } from 'vitest';
import { mergeMinutes } from '../src/history/minutes.ts';

const start = Date.UTC(2026, 0, 1);

describe('minutes', () => {
  test('of two sources are put in order, and what both know of one is added up', () => {
    const [first, second, third] = [0, 1, 2].map((n) => {
      return { at: start + n * 60_000, lowest: n, highest: n + 3, sum: 3, ticks: 2, visits: 1 };
    });
    if (!first || !second || !third) throw new Error('there are three');
    const sameAsSecond = { ...second, lowest: 0, highest: 3, sum: 1, ticks: 1, visits: 5 };
    expect(mergeMinutes([first, second], [third, sameAsSecond])).toEqual([
      first,
      { at: second.at, lowest: 0, highest: 4, sum: 4, ticks: 3, visits: 6 },
      third,
    ]);
    expect(mergeMinutes([], [])).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { mergeMinutes, minuteOfTick, settleMinute } from '../src/history/minutes.ts';

const start = Date.UTC(2026, 0, 1);

describe('minutes', () => {
  test('add up their ticks, and have the highest of confirmed visitors only', () => {
    const ticks = [
      minuteOfTick(start, { online: 4 }, 4),
      minuteOfTick(start + 59_999, { online: 9, confirmed: 1 }, 0),
      minuteOfTick(start + 60_000, { online: 2 }, 1),
    ];
    expect(mergeMinutes(ticks, []).map(settleMinute)).toEqual([
      { at: start, lowest: 4, highest: 4, sum: 8, ticks: 2, visits: 4 },
      { at: start + 60_000, lowest: 2, highest: 2, sum: 2, ticks: 1, visits: 1 },
    ]);
  });

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

import { describe, expect, test } from 'vitest';
import { readDayHistory } from '../src/index.ts';

const history = {
  peak: { online: 9, at: 1_790_000_000_000 },
  minutes: {
    everyMs: 60_000,
    endsAt: 1_790_000_040_000,
    lowest: [1, null, 2],
    mean: [1.25, null, 2],
    highest: [4, null, 2],
    visits: [3, null, 0],
  },
};

describe('readDayHistory', () => {
  test('reads what the server answers, and passes over members unknown to this version', () => {
    expect(readDayHistory(history)).toEqual(history);
    expect(readDayHistory({ ...history, newer: 1 })).toMatchObject(history);
    const unknownPeak = { ...history, peak: { online: 0, at: null } };
    expect(readDayHistory(unknownPeak)).toEqual(unknownPeak);
  });

  test.each([
    ['another answer', { online: 3 }],
    ['nothing', undefined],
    ['no object', '{}'],
    ['lists of which one is shorter', { ...history, minutes: { ...history.minutes, visits: [3] } }],
    ['half a visitor at most', { ...history, minutes: { ...history.minutes, highest: [4, null, 0.5] } }],
    ['a mean below zero', { ...history, minutes: { ...history.minutes, mean: [-1, null, 2] } }],
    ['a mean that is no number', { ...history, minutes: { ...history.minutes, mean: ['1', null, 2] } }],
    ['no peak', { minutes: history.minutes }],
    ['half a peak', { ...history, peak: { ...history.peak, online: 8.5 } }],
    ['a peak at no time', { ...history, peak: { ...history.peak, at: 'now' } }],
    ['no minutes', { peak: history.peak }],
    ['minutes of no length', { ...history, minutes: { ...history.minutes, everyMs: undefined } }],
    ['minutes that end before all time', { ...history, minutes: { ...history.minutes, endsAt: -1 } }],
    ['a list that is none', { ...history, minutes: { ...history.minutes, lowest: { length: 3 } } }],
  ])('passes over %s', (_, body) => {
    expect(readDayHistory(body)).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { daysOf, type HistoryRange, historyRanges, readRangeHistory } from '../src/index.ts';

const history = {
  range: '24h',
  peak: { online: 9, at: 1_790_000_000_000 },
  series: {
    everyMs: 60_000,
    endsAt: 1_790_000_040_000,
    lowest: [1, null, 2],
    mean: [1.25, null, 2],
    highest: [4, null, 2],
    visits: [3, null, 0],
  },
  days: [{ date: '2026-09-21', visits: 3, peak: 4 }],
};

describe('readRangeHistory', () => {
  test('reads what the server answers, and passes over members unknown to this version', () => {
    expect(readRangeHistory(history)).toEqual(history);
    expect(readRangeHistory({ ...history, newer: 1 })).toMatchObject(history);
    const unknownPeak = { ...history, peak: { online: 0, at: null } };
    expect(readRangeHistory(unknownPeak)).toEqual(unknownPeak);
  });

  test.each([
    ['another answer', { online: 3 }],
    ['nothing', undefined],
    ['no object', '{}'],
    ['lists of which one is shorter', { ...history, series: { ...history.series, visits: [3] } }],
    ['half a visitor at most', { ...history, series: { ...history.series, highest: [4, null, 0.5] } }],
    ['a mean below zero', { ...history, series: { ...history.series, mean: [-1, null, 2] } }],
    ['a mean that is no number', { ...history, series: { ...history.series, mean: ['1', null, 2] } }],
    ['no peak', { ...history, peak: undefined }],
    ['half a peak', { ...history, peak: { ...history.peak, online: 8.5 } }],
    ['a peak at no time', { ...history, peak: { ...history.peak, at: 'now' } }],
    ['no series', { ...history, series: undefined }],
    ['entries of no length', { ...history, series: { ...history.series, everyMs: undefined } }],
    ['entries that end before all time', { ...history, series: { ...history.series, endsAt: -1 } }],
    ['another range', { ...history, range: '1y' }],
    ['no days', { ...history, days: undefined }],
    ['a day without a date', { ...history, days: [{ visits: 3, peak: 4 }] }],
    ['a list that is none', { ...history, series: { ...history.series, lowest: { length: 3 } } }],
  ])('passes over %s', (_, body) => {
    expect(readRangeHistory(body)).toBeUndefined();
  });
});

describe('the totals of days', () => {
  const hourMs = 3_600_000;
  const dateIn = (timeZone: string) => {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
    return (time: number) => format.format(time);
  };

  /** One visit in each entry, and as many online as the number of its hour. */
  function historyTo(endsAt: number, range: HistoryRange, length = historyRanges[range].entries) {
    const { everyMs } = historyRanges[range];
    const times = Array.from({ length }, (_, index) => endsAt - (length - 1 - index) * everyMs);
    const highest = times.map((time): number | null => Math.floor((time % (24 * hourMs)) / hourMs));
    const visits = times.map((): number | null => 1);
    return { range, series: { everyMs, endsAt, lowest: highest, mean: highest, highest, visits } };
  }

  test('are those that began in the range: of the first day, the beginning would be missing', () => {
    const noon = Date.UTC(2026, 10, 29, 12);
    const days = daysOf(historyTo(noon, '7d'), dateIn('UTC'));
    expect(days.map(({ date }) => date)).toEqual([23, 24, 25, 26, 27, 28, 29].map((day) => `2026-11-${day}`));
    expect(days[0]).toEqual({ date: '2026-11-23', visits: 288, peak: 23 });
    expect(days.at(-1)).toEqual({ date: '2026-11-29', visits: 145, peak: 12 });
    const whole = daysOf(historyTo(Date.UTC(2026, 10, 28, 23, 55), '7d'), dateIn('UTC'));
    expect(whole.map(({ visits }) => visits)).toEqual(Array(7).fill(288));
  });

  test('contain the first day of a server, which began to count in the middle of it', () => {
    expect(daysOf(historyTo(Date.UTC(2026, 10, 29, 12), '7d', 3), dateIn('UTC'))).toEqual([
      { date: '2026-11-29', visits: 3, peak: 12 },
    ]);
  });

  test('leave out days without a record', () => {
    const history = historyTo(Date.UTC(2026, 10, 29, 23, 45), '30d');
    history.series.highest.fill(null, -192, -96);
    history.series.visits.fill(null, -192, -96);
    const dates = daysOf(history, dateIn('UTC')).map(({ date }) => date);
    expect(dates.slice(-2)).toEqual(['2026-11-27', '2026-11-29']);
  });

  test('are those of any time zone, also where clocks are set and where hours have other quarters', () => {
    // Clocks in New York went back an hour on 1 November 2026, and forward on 8 March.
    const autumn = daysOf(historyTo(Date.UTC(2026, 10, 20), '30d'), dateIn('America/New_York'));
    expect(autumn.find(({ date }) => date === '2026-11-01')?.visits).toBe(25 * 4);
    const spring = daysOf(historyTo(Date.UTC(2026, 2, 20), '30d'), dateIn('America/New_York'));
    expect(spring.find(({ date }) => date === '2026-03-08')?.visits).toBe(23 * 4);
    const kathmandu = daysOf(historyTo(Date.UTC(2026, 10, 20), '30d'), dateIn('Asia/Kathmandu'));
    expect(kathmandu.slice(0, -1).every(({ visits }) => visits === 96)).toBe(true);
    // 05:45 in Kathmandu.
    expect(kathmandu.at(-1)).toEqual({ date: '2026-11-20', visits: 24, peak: 23 });
  });
});

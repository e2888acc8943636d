import type { RangeHistory } from '@live-visitors/shared';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chartOf, dotsOf, type Line } from '../../../src/dashboard/chart/data.ts';
import { createLocale } from '../../../src/dashboard/messages/languages.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const english = createLocale({ language: 'en', tag: 'en-GB' });
const endsAt = Date.UTC(2026, 8, 21, 14, 3, 20);

beforeEach(() => {
  vi.stubEnv('TZ', 'UTC');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const recent = (online: Line) => chartOf({ everyMs: 1000, endsAt, online });

function range(mean: Line, changes: Partial<RangeHistory['series']> = {}) {
  const series = { everyMs: minuteMs, endsAt, lowest: mean, mean, highest: mean, visits: mean, ...changes };
  return chartOf({ range: '7d', peak: { online: 9, at: null }, series, days: [] });
}

describe('the chart', () => {
  test('has a point for each entry, up to the newest, and gaps where nothing is known', () => {
    expect(recent([1, null, 3])).toMatchObject({
      everyMs: 1000,
      lines: [
        [endsAt - 2000, endsAt - 1000, endsAt],
        [1, null, 3],
      ],
    });
    expect(range([1.5, null], { lowest: [1, null], highest: [4, null] })).toMatchObject({
      everyMs: minuteMs,
      lines: [
        [endsAt - minuteMs, endsAt],
        [1.5, null],
        [4, null],
        [1, null],
      ],
    });
  });

  test('begins at the first value, and is a minute or ten entries long at least', () => {
    const axis = ({ from, to }: { from: number; to: number }) => [from - endsAt, to - endsAt];
    expect(axis(recent([7]))).toEqual([0, 60_000]);
    expect(axis(recent(Array(21).fill(7)))).toEqual([-20_000, 40_000]);
    expect(axis(recent(Array(600).fill(7)))).toEqual([-599_000, 0]);
    expect(axis(range([7]))).toEqual([0, 10 * minuteMs]);
    expect(axis(range(Array(4).fill(7)))).toEqual([-3 * minuteMs, 7 * minuteMs]);
    expect(axis(range(Array(1440).fill(7)))).toEqual([-1439 * minuteMs, 0]);
    expect(axis(range([]))).toEqual([0, 10 * minuteMs]);
  });
});

describe('dots are drawn', () => {
  test.each<[Line, number[]]>([
    [[], []],
    [[1], [0]],
    [[1, 2], [1]],
    [
      [null, 1, null, 2, 3, null, null],
      [1, 4],
    ],
    [[null, 0, null], [1]],
  ])('at values without a neighbour, and at the newest: of %j at %j', (values, dots) => {
    expect(dotsOf(values)).toEqual(dots);
  });
});

describe('what is said of a moment', () => {
  const said = (chart: ReturnType<typeof chartOf>, index: number) => chart.describe(index, english, endsAt + hourMs);

  test('is the second and the number', () => {
    expect(said(recent([6, 1700]), 1)).toBe('14:03:20 · 1,700');
    expect(said(recent([6, null, 1]), 1)).toBe('14:03:19 · –');
  });

  test('is the day and the minute, the mean, and between what the numbers lay', () => {
    const moment = (low: number, mean: number, high: number) =>
      said(range([mean], { lowest: [low], highest: [high], visits: [0] }), 0).split('\n')[0];
    expect(moment(2, 5.04, 9)).toBe('today, 14:03 · 5 (2–9)');
    expect(moment(1, 1.52, 2)).toBe('today, 14:03 · 1.5 (1–2)');
    expect(moment(1000, 1234.56, 2000)).toBe('today, 14:03 · 1,235 (1,000–2,000)');
    expect(moment(3, 3, 3)).toBe('today, 14:03 · 3');
    expect(said(range([null]), 0)).toBe('today, 14:03 · –');
  });

  test('has the total of its day, in the time zone of the reader', () => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    // 23:00 on September 21, and 0:00 and 1:00 of the next day.
    const times = { everyMs: hourMs, endsAt: Date.UTC(2026, 8, 21, 16) };
    const chart = range([2, 3, 4], { ...times, highest: [8, 5, 6], visits: [100, 20, 3] });
    expect([0, 1, 2].map((index) => chart.describe(index, english, times.endsAt).split('\n')[1])).toEqual([
      'Total of the day: 100 visits, peak 8',
      'Total of the day: 23 visits, peak 6',
      'Total of the day: 23 visits, peak 6',
    ]);
  });

  test('lacks the total of a day whose beginning is not known', () => {
    const entries = 2016;
    const chart = range(Array(entries).fill(1), { everyMs: 300_000 });
    expect(said(chart, 0)).not.toContain('\n');
    expect(said(chart, entries - 1)).toContain('\n');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chartDay,
  chartRecent,
  describePoint,
  loneValues,
  nearestValue,
  timeTicks,
  valueTicks,
} from '../../../src/dashboard/chart/data.ts';
import { createFormats } from '../../../src/dashboard/formats.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const endsAt = Date.UTC(2026, 8, 21, 14, 3, 20);

const second = (online: (number | null)[]) => chartRecent({ everyMs: 1000, endsAt, online }, 0);

function minute(lowest: (number | null)[], mean: (number | null)[], highest: (number | null)[]) {
  return chartDay({ everyMs: minuteMs, endsAt, lowest, mean, highest, visits: mean }, 0);
}

describe('the chart of the last minutes', () => {
  test('always spans ten minutes, up to the newest second', () => {
    const { from, to, times } = second([2, 2, 3]);
    expect([from, to]).toEqual([endsAt - 600_000, endsAt]);
    expect(times).toEqual([endsAt - 2000, endsAt - 1000, endsAt]);
  });

  test('has a point for each second, and a gap where nothing is known', () => {
    expect(second([1, null, 3]).values).toEqual([1, null, 3]);
  });

  test('has one point for one second', () => {
    expect(second([1])).toMatchObject({ times: [endsAt], values: [1], valueTicks: [0, 1, 2] });
  });

  test.each([undefined, { everyMs: 1000, endsAt, online: [] }])('is a gap as wide as the chart for %o', (history) => {
    const { times, values, from, to, valueTicks } = chartRecent(history, endsAt);
    expect(times).toEqual([from, to]);
    expect(to).toBe(endsAt);
    expect(values).toEqual([null, null]);
    expect(valueTicks).toEqual([0, 1, 2]);
  });

  test('stays a gap where all is unknown', () => {
    expect(second([null, null])).toMatchObject({ values: [null, null], valueTicks: [0, 1, 2] });
  });
});

describe('the chart of the day', () => {
  test('always spans 24 hours, up to the newest minute', () => {
    const { from, to, times } = minute([1, 2], [1.5, 2], [2, 2]);
    expect([from, to]).toEqual([endsAt - dayMs, endsAt]);
    expect(times).toEqual([endsAt - minuteMs, endsAt]);
  });

  test('has the mean between the lowest and the highest', () => {
    expect(minute([1, null], [1.5, null], [4, null])).toMatchObject({
      values: [1.5, null],
      range: { lowest: [1, null], highest: [4, null] },
      valueTicks: [0, 2, 4, 6],
    });
  });

  test('is a gap as wide as the chart where nothing is known', () => {
    expect(chartDay(undefined, endsAt)).toMatchObject({ times: [endsAt - dayMs, endsAt], values: [null, null] });
    expect(minute([], [], [])).toMatchObject({ times: [endsAt - dayMs, endsAt], values: [null, null] });
  });

  test('is drawn as a day even when nothing is known', () => {
    expect(chartDay(undefined, endsAt).range).toBeDefined();
  });
});

describe('the marks of the axis of values', () => {
  test.each([
    [0, [0, 1, 2]],
    [1, [0, 1, 2]],
    [2, [0, 1, 2, 3]],
    [3, [0, 1, 2, 3, 4]],
    [7, [0, 2, 4, 6, 8]],
    [8, [0, 5, 10]],
    [99, [0, 50, 100, 150]],
    [12_345, [0, 5000, 10_000, 15_000]],
  ])('are, for %d at most, %j', (highest, ticks) => {
    expect(valueTicks([[highest]])).toEqual(ticks);
  });

  test('are few whole numbers from 0 to above the highest value, and leave it more than half of the height', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000_000_000 }), (highest) => {
        const ticks = valueTicks([[null, highest], [1]]);
        const top = ticks.at(-1) ?? 0;
        expect(ticks[0]).toBe(0);
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(ticks.every(Number.isSafeInteger)).toBe(true);
        expect(top).toBeGreaterThan(highest);
        expect(top).toBeLessThan(highest * 2);
      }),
    );
  });
});

describe('the marks of the axis of time', () => {
  const utc = (time: number) => Math.floor(time / minuteMs) % 1440;
  const at = (hours: number, minutes: number) => Date.UTC(2026, 8, 21, hours, minutes);

  test('stand at round times', () => {
    expect(timeTicks(endsAt - 600_000, endsAt, 6, utc)).toEqual([
      at(13, 54),
      at(13, 56),
      at(13, 58),
      at(14, 0),
      at(14, 2),
    ]);
    expect(timeTicks(endsAt - dayMs, endsAt, 6, utc)).toEqual([-8, -4, 0, 4, 8, 12].map((hours) => at(hours, 0)));
  });

  test('are fewer where there is less subscription', () => {
    expect(timeTicks(endsAt - 600_000, endsAt, 3, utc)).toEqual([at(13, 55), at(14, 0)]);
    expect(timeTicks(endsAt - dayMs, endsAt, 1, utc)).toEqual([at(0, 0)]);
    // One a day is always there, even where there is no room for any.
    expect(timeTicks(endsAt - dayMs, endsAt, 0, utc)).toEqual([at(0, 0)]);
  });

  test('are round where the reader is', () => {
    const kathmandu = (time: number) => (utc(time) + 5 * 60 + 45) % 1440;
    const ticks = timeTicks(endsAt - dayMs, endsAt, 6, kathmandu);
    expect(ticks).toHaveLength(6);
    expect(ticks.map((time) => kathmandu(time) % 240)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('are no more than there is room for, but one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 86_400 }), (maxTicks, seconds) => {
        const ticks = timeTicks(endsAt - seconds * 1000, endsAt, maxTicks, utc);
        expect(ticks.length).toBeLessThanOrEqual(maxTicks + 1);
      }),
    );
  });
});

describe('a value without a neighbour', () => {
  test.each([
    [[], []],
    [[1], [0]],
    [[1, 2], []],
    [
      [null, 1, null, 2, 3, null, 4],
      [1, 6],
    ],
    [[null, 0, null], [1]],
  ])('is found in %j at %j', (values, lone) => {
    expect(loneValues(values)).toEqual(lone);
  });
});

describe('the value that the pointer is on', () => {
  const chart = second([5, null, null, null, 7]);

  test.each([
    ['at its time', endsAt, 4],
    ['near it', endsAt - 900, 4],
    ['beyond the end', endsAt + 900, 4],
    ['in a gap', endsAt - 2000, undefined],
    ['far off', endsAt - 300_000, undefined],
    ['at the first', endsAt - 4000, 0],
  ])('is the nearest one: %s', (_where, time, index) => {
    expect(nearestValue(chart, time, 1000)).toBe(index);
  });
});

describe('what the tooltip says', () => {
  const labels = {
    ...createFormats('en-GB'),
    minute: (time: number) => new Date(time).toISOString().slice(11, 16),
    second: (time: number) => new Date(time).toISOString().slice(11, 19),
  };

  test('is the second and the number', () => {
    expect(describePoint(second([6, 7]), 1, labels)).toBe('14:03:20 · 7');
  });

  test('is the minute, its mean, and between what the numbers lay', () => {
    expect(describePoint(minute([2], [5.04], [9]), 0, labels)).toBe('14:03 · 5 (2–9)');
    expect(describePoint(minute([1], [1.52], [2]), 0, labels)).toBe('14:03 · 1.5 (1–2)');
    expect(describePoint(minute([1000], [1234.56], [2000]), 0, labels)).toBe('14:03 · 1,235 (1,000–2,000)');
  });

  test('has the time of day that it is where the reader is, as their language writes it', () => {
    const at = new Date(2026, 8, 21, 14, 3, 20).getTime();
    // Which kind of space stands before PM, no reader sees.
    const said = (locale: string, kind: 'minute' | 'second') => createFormats(locale)[kind](at).replaceAll(/\s/g, ' ');
    expect([said('en-GB', 'minute'), said('en-GB', 'second')]).toEqual(['14:03', '14:03:20']);
    expect([said('en-US', 'minute'), said('en-US', 'second')]).toEqual(['2:03 PM', '2:03:20 PM']);
  });

  test('is one number where nothing changed in the minute', () => {
    expect(describePoint(minute([3], [3], [3]), 0, labels)).toBe('14:03 · 3');
  });
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ChartData, chartDay, chartRecent } from '../../../src/dashboard/chart/data.ts';
import { paint, runs } from '../../../src/dashboard/chart/paint.ts';
import { createCanvas, sceneOf } from './canvas.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each<[(number | null)[], [number, number][]]>([
  [[], []],
  [[null, null], []],
  [[1, 2, 3], [[0, 2]]],
  [
    [null, 1, null, 0, 4, null],
    [
      [1, 1],
      [3, 4],
    ],
  ],
])('a line is drawn from gap to gap: %j', (values, parts) => {
  expect(runs(values)).toEqual(parts);
});

const endsAt = Date.UTC(2026, 8, 21, 14, 3, 20);
const recent = (online: (number | null)[]) => chartRecent({ everyMs: 1000, endsAt, online }, endsAt);
const day = (lowest: (number | null)[], mean: (number | null)[], highest: (number | null)[]) =>
  chartDay({ everyMs: 60_000, endsAt, lowest, mean, highest, visits: mean }, endsAt);

/** What is painted of a chart, but for its axes; `at` is where a value is at the time of an index. */
function painted(data: ChartData) {
  const canvas = createCanvas();
  const { x, y } = paint(canvas.context, sceneOf(data));
  const at = (index: number, value: number) => [x(data.times[index] ?? 0), y(value)];
  return { ...canvas, at, y, lines: canvas.lines.filter(({ color }) => color !== 'grid') };
}

describe('the last minutes', () => {
  test('are a line in steps: a number holds until the next second', () => {
    const { lines, at } = painted(recent([1, 3, 2]));
    const points = [at(0, 1), at(1, 1), at(1, 3), at(2, 3), at(2, 2)];
    expect(lines).toMatchObject([{ points, color: 'line', join: 'round' }]);
  });

  test('are filled from the line down to nobody, and fade from the highest number on', () => {
    const { areas, lines, at, y } = painted(recent([1, 3, 2]));
    expect(areas).toHaveLength(1);
    expect(areas[0]?.points).toEqual([...(lines[0]?.points ?? []), at(2, 0), at(0, 0)]);
    const stops = [
      [0, 'fillTop'],
      [1, 'fillBottom'],
    ];
    expect(areas[0]?.color).toMatchObject({ from: y(3), to: y(0), stops });
  });

  test('have no line and no fill across a gap', () => {
    const { lines, areas, at } = painted(recent([4, 4, null, 2, 1]));
    expect(lines.map(({ points }) => points)).toEqual([
      [at(0, 4), at(1, 4), at(1, 4)],
      [at(3, 2), at(4, 2), at(4, 1)],
    ]);
    expect(areas).toHaveLength(2);
  });

  test('have a dot with a halo at the newest number that is known, and at one that no line goes through', () => {
    const { dots, at } = painted(recent([4, null, 2, 1, null]));
    const places = [at(0, 4), at(3, 1)].flatMap(([x, y]) => [
      { x, y, color: 'halo' },
      { x, y, color: 'line' },
    ]);
    expect(dots).toMatchObject(places);
    expect(dots[0]?.radius).toBeGreaterThan(dots[1]?.radius ?? 0);
  });

  test('are axes and nothing else where nothing is known', () => {
    const { texts, lines, areas, dots } = painted(chartRecent(undefined, endsAt));
    expect(new Set(texts.map(({ align }) => align))).toEqual(new Set(['right', 'center']));
    expect([lines, areas, dots]).toEqual([[], [], []]);
  });
});

describe('a day', () => {
  test('is the line of the means, within a band from the lowest to the highest', () => {
    const { lines, areas, at } = painted(day([1, 0, 2], [2, 1.5, 2], [4, 3, 2]));
    expect(lines).toMatchObject([{ points: [at(0, 2), at(1, 1.5), at(2, 2)], color: 'line', join: 'round' }]);
    expect(areas).toEqual([{ points: [at(0, 4), at(1, 3), at(2, 2), at(2, 2), at(1, 0), at(0, 1)], color: 'band' }]);
  });

  test('has no line and no band across a gap', () => {
    const { lines, areas, at } = painted(day([1, 1, null, 2, 2], [1, 1, null, 2, 2], [1, 1, null, 2, 2]));
    expect(lines.map(({ points }) => points)).toEqual([
      [at(0, 1), at(1, 1)],
      [at(3, 2), at(4, 2)],
    ]);
    expect(areas).toHaveLength(2);
  });

  test('has a dot at a minute that no line goes through, and none at the newest', () => {
    const { dots, at } = painted(day([5, null, 1, 1], [5, null, 1, 1], [5, null, 1, 1]));
    const [x, y] = at(0, 5);
    expect(dots).toMatchObject([
      { x, y, color: 'halo' },
      { x, y, color: 'line' },
    ]);
  });

  test('is axes and nothing else where nothing is known', () => {
    const { texts, lines, areas, dots } = painted(chartDay(undefined, endsAt));
    expect(new Set(texts.map(({ align }) => align))).toEqual(new Set(['right', 'center']));
    expect([lines, areas, dots]).toEqual([[], [], []]);
  });
});

test('what was painted before is wiped off, and labels are in the font of the document', () => {
  const { cleared, context } = painted(recent([1, 2]));
  expect(cleared).toEqual([[0, 0, 600, 200]]);
  expect(context.font).toBe('12px system-ui');
});

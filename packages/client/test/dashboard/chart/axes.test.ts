import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { paintTimeAxis, paintValueAxis, scaleFor } from '../../../src/dashboard/chart/axes.ts';
import { chartDay, chartRecent } from '../../../src/dashboard/chart/data.ts';
import { characterPx, createCanvas, sceneOf } from './canvas.ts';

beforeEach(() => {
  vi.stubEnv('TZ', 'UTC');
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const endsAt = Date.UTC(2026, 8, 21, 14, 3, 20);
const recentTo = (highest: number) => chartRecent({ everyMs: 1000, endsAt, online: [0, highest] }, 0);
const day = chartDay(undefined, endsAt);

/** The axes of a chart, as they are painted on a canvas of that size. */
function axesOf(data = recentTo(7), size?: { width: number; height: number }) {
  const scene = sceneOf(data, size);
  const { context, texts, lines } = createCanvas();
  const scale = scaleFor(context, scene);
  paintValueAxis(context, scene, scale);
  const values = texts.splice(0);
  paintTimeAxis(context, scene, scale);
  return { scene, scale, values, times: texts, lines };
}

describe('the scale of a chart', () => {
  test('has later further to the right, and more further up', () => {
    const { scale } = axesOf();
    expect(scale.x(endsAt)).toBeGreaterThan(scale.x(endsAt - 1000));
    expect(scale.y(1)).toBeLessThan(scale.y(0));
  });

  test('knows what time is at a place', () => {
    const { scale } = axesOf();
    for (const time of [endsAt - 600_000, endsAt - 1234, endsAt])
      expect(scale.timeAt(scale.x(time))).toBeCloseTo(time, 0);
  });

  test('leaves more space for longer numbers', () => {
    const leftOf = (highest: number) => axesOf(recentTo(highest)).scale.x(endsAt - 600_000);
    // 1,000,000 and what is above it have 8 characters more than 8 and what is above that.
    expect(leftOf(1_000_000) - leftOf(5)).toBe(8 * characterPx);
  });
});

describe('the axis of the values', () => {
  test('has a level line for each mark, from the beginning to the end, in the middle of a pixel', () => {
    const { scene, scale, lines } = axesOf();
    expect(lines).toHaveLength(scene.data.valueTicks.length);
    for (const [index, { points, color, width }] of lines.entries()) {
      const [[left, from] = [], [right, to] = []] = points;
      expect([left, right]).toEqual([scale.x(scene.data.from), scale.x(scene.data.to)]);
      expect(from).toBe(to);
      expect(Number(from) % 1).toBe(0.5);
      expect(Math.abs(Number(from) - scale.y(scene.data.valueTicks[index] ?? 0))).toBeLessThanOrEqual(1);
      expect([color, width]).toEqual(['grid', 1]);
    }
  });

  test('has a number at the height of each line, to its left', () => {
    const { scene, scale, values, lines } = axesOf(recentTo(1234));
    expect(values.map(({ text }) => text)).toEqual(['0', '500', '1,000', '1,500']);
    for (const [index, { x, y, align, baseline, color }] of values.entries()) {
      expect(y).toBe(lines[index]?.points[0]?.[1]);
      expect([align, baseline, color]).toEqual(['right', 'middle', 'label']);
      expect(x).toBeLessThan(scale.x(scene.data.from));
    }
  });
});

describe('the axis of time', () => {
  test('shows round times of day below the chart, each in its place', () => {
    const { scale, times } = axesOf();
    const minutes = [54, 56, 58, 60, 62];
    expect(times.map(({ x }) => x)).toEqual(minutes.map((minute) => scale.x(Date.UTC(2026, 8, 21, 13, minute))));
    for (const { y, align, baseline, color } of times) {
      expect([align, baseline, color]).toEqual(['center', 'top', 'label']);
      expect(y).toBeGreaterThan(scale.y(0));
    }
  });

  test('has times that are round where the reader is', () => {
    vi.stubEnv('TZ', 'Asia/Kathmandu');
    const { times } = axesOf(day);
    // The first, 20:00, would be cut off.
    expect(times.map(({ text }) => text)).toEqual(['00:00', '04:00', '08:00', '12:00', '16:00']);
  });

  test('has six times at the most, and fewer if there is less space', () => {
    const counts = [2000, 600, 300, 150].map((width) => axesOf(day, { width, height: 200 }).times.length);
    expect(counts).toEqual([6, 6, 4, 1]);
  });
});

test('no label is cut off or runs into the next one, however large or small the chart is', () => {
  const charts = fc.record({
    highest: fc.integer({ min: 0, max: 10_000_000 }),
    isDay: fc.boolean(),
    offsetMs: fc.integer({ min: 0, max: 86_400_000 }),
    width: fc.integer({ min: 160, max: 2000 }),
    height: fc.integer({ min: 80, max: 400 }),
  });
  fc.assert(
    fc.property(charts, ({ highest, isDay, offsetMs, width, height }) => {
      const to = endsAt + offsetMs;
      const data = isDay ? chartDay(undefined, to) : chartRecent({ everyMs: 1000, endsAt: to, online: [highest] }, to);
      const { scene, values, times } = axesOf(data, { width, height });
      const { sizePx } = scene.font;
      for (const { text, x, y } of values) {
        expect(x - text.length * characterPx).toBeGreaterThanOrEqual(0);
        expect(y - sizePx / 2).toBeGreaterThanOrEqual(0);
      }
      let end = 0;
      for (const { text, x, y } of times) {
        expect(x - (text.length * characterPx) / 2).toBeGreaterThanOrEqual(end);
        end = x + (text.length * characterPx) / 2;
        expect(y + sizePx).toBeLessThanOrEqual(height);
      }
      expect(end).toBeLessThanOrEqual(width);
    }),
  );
});

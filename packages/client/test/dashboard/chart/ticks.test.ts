import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { beginsStep, dayMs, hourMs, timeSteps, timeTicks, valueTicks } from '../../../src/dashboard/chart/ticks.ts';

beforeEach(() => {
  vi.stubEnv('TZ', 'UTC');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** The local times of the ticks, as `21 14:03`. */
function localTicks(from: number, to: number, stepMs: number): string[] {
  return timeTicks(from, to, stepMs).map((at) => {
    const date = new Date(at);
    const [hours, minutes] = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0'));
    return `${date.getDate()} ${hours}:${minutes}`;
  });
}

describe('the ticks of the value axis', () => {
  test.each([
    [1.1, [0, 1, 2]],
    [2.2, [0, 1, 2, 3]],
    [3.3, [0, 2, 4]],
    [7.7, [0, 5, 10]],
    [9.9, [0, 5, 10]],
    [13.2, [0, 5, 10, 15]],
    [109, [0, 50, 100, 150]],
    [13_579, [0, 5000, 10_000, 15_000]],
  ])('for values up to %d are %j', (highest, ticks) => {
    expect(valueTicks(highest)).toEqual(ticks);
  });

  test('are the same whole numbers for the value and for the end of its axis, which is less than twice as high', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000_000_000 }), (highest) => {
        const ticks = valueTicks(highest);
        const top = ticks.at(-1) ?? 0;
        expect(ticks.length).toBeLessThanOrEqual(4);
        expect(ticks.every(Number.isSafeInteger)).toBe(true);
        expect(top).toBeGreaterThanOrEqual(highest);
        expect(top).toBeLessThan(2 * highest);
        expect(valueTicks(top)).toEqual(ticks);
      }),
    );
  });
});

describe('the ticks of the time axis', () => {
  const noon = Date.UTC(2026, 8, 21, 12);

  test('are at round times of day', () => {
    expect(localTicks(noon - 61_000, noon + 61_000, 60_000)).toEqual(['21 11:59', '21 12:00', '21 12:01']);
    expect(localTicks(noon - dayMs, noon, 8 * hourMs)).toEqual(['20 16:00', '21 00:00', '21 08:00']);
    expect(localTicks(noon - 3 * dayMs, noon, dayMs)).toEqual(['19 00:00', '20 00:00', '21 00:00']);
  });

  test.each(['Asia/Kathmandu', 'Australia/Eucla', 'America/St_Johns', 'Pacific/Apia'])('are round in %s', (zone) => {
    vi.stubEnv('TZ', zone);
    const ticks = localTicks(noon - dayMs, noon, 6 * hourMs);
    expect(ticks).toHaveLength(4);
    for (const tick of ticks) expect(tick).toMatch(/ (00|06|12|18):00$/);
  });

  test.each([
    // Clocks in Berlin go back at 3:00 on October 25, 2026, and forward at 2:00 on March 29.
    ['Europe/Berlin', Date.UTC(2026, 9, 24, 22), 25],
    ['Europe/Berlin', Date.UTC(2026, 2, 28, 23), 23],
    ['America/New_York', Date.UTC(2026, 10, 1, 4), 25],
  ])('are at the same times of day when clocks change, in %s', (zone, midnight, hours) => {
    vi.stubEnv('TZ', zone);
    const ticks = localTicks(midnight, midnight + (hours + 4) * hourMs, 4 * hourMs).map((tick) => tick.slice(-5));
    expect(ticks).toEqual(['00:00', '04:00', '08:00', '12:00', '16:00', '20:00', '00:00', '04:00']);
    expect(timeTicks(midnight, midnight + hours * hourMs, dayMs)).toEqual([midnight, midnight + hours * hourMs]);
  });

  test('go on through the hour that clocks repeat', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const back = Date.UTC(2026, 9, 25, 1);
    expect(localTicks(back - 20 * 60_000, back + 20 * 60_000, 600_000).map((tick) => tick.slice(-5))).toEqual([
      '02:40',
      '02:50',
      '02:00',
      '02:10',
      '02:20',
    ]);
  });

  test('mark a day that begins at one o’clock', () => {
    // On April 26, 2024, clocks in Cairo went from 0:00 to 1:00.
    vi.stubEnv('TZ', 'Africa/Cairo');
    const midnight = Date.UTC(2024, 3, 25, 22);
    expect(localTicks(midnight - dayMs, midnight + dayMs, dayMs)).toEqual(['25 00:00', '26 01:00', '27 00:00']);
    expect(beginsStep(midnight, dayMs)).toBe(true);
  });

  test('are as far apart as the step, at every step', () => {
    const ranges = fc.record({
      from: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
      step: fc.constantFrom(...timeSteps),
      steps: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(ranges, ({ from, step, steps }) => {
        const ticks = timeTicks(from, from + steps * step, step);
        expect([steps, steps + 1]).toContain(ticks.length);
        expect(ticks.slice(1).every((at, index) => at - (ticks[index] ?? 0) === step)).toBe(true);
      }),
    );
  });
});

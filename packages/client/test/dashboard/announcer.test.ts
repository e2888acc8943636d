import { expect, test } from 'vitest';
import { createAnnouncer } from '../../src/dashboard/announcer.ts';

/** What it announces, of what holds at each second. */
function announced(seconds: string[][]): [second: number, ...texts: string[]][] {
  const announce = createAnnouncer();
  return seconds.flatMap((texts, second) => {
    const current = texts.map((text) => ({ text }));
    const said = announce(current, second * 1000).map(({ text }) => text);
    return said.length > 0 ? [[second, ...said] as [number, ...string[]]] : [];
  });
}

const times = (count: number, ...texts: string[]) => Array<string[]>(count).fill(texts);

test('what holds first is announced at once, and not again', () => {
  expect(announced([[], [], ...times(30, 'Live', '7 here')])).toEqual([[2, 'Live', '7 here']]);
});

test('a number that changes all the time is announced every ten seconds, without the state that lasts', () => {
  expect(announced(Array.from({ length: 35 }, (_, second) => ['Live', String(second)]))).toEqual([
    [0, 'Live', '0'],
    [10, '10'],
    [20, '20'],
    [30, '30'],
  ]);
});

test('a state that lasts is announced once the ten seconds are over, even if it came long before', () => {
  expect(announced([['Live', '7'], ...times(40, 'No update')])).toEqual([
    [0, 'Live', '7'],
    [10, 'No update'],
  ]);
});

test('a state and a number that change together are announced together', () => {
  expect(announced([...times(20, 'No update'), ...times(20, 'Live', '8')])).toEqual([
    [0, 'No update'],
    [20, 'Live', '8'],
  ]);
});

test('a state that flips all the time is announced every ten seconds at the most', () => {
  const flips = Array.from({ length: 600 }, (_, second) => (second % 3 === 2 ? ['No update'] : ['Live', '7']));
  const seconds = announced(flips).map(([second]) => second);
  const pauses = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(10);
});

test('what passes within the ten seconds is not announced', () => {
  expect(announced([['Live', '7'], ['No update'], ['Live', '8'], ...times(20, 'Live', '7')])).toEqual([
    [0, 'Live', '7'],
  ]);
});

test('a notice that comes and goes is not repeated within ten seconds, and is when it comes again later', () => {
  const live = ['Live'];
  const noticed = ['Live', 'In bursts'];
  expect(announced([noticed, live, noticed, live, ...times(8, ...noticed)])).toEqual([[0, 'Live', 'In bursts']]);
  expect(announced([noticed, ...times(20, 'Live'), noticed])).toEqual([
    [0, 'Live', 'In bursts'],
    [21, 'In bursts'],
  ]);
});

test('a change after a quiet time is announced at once', () => {
  expect(announced([...times(60, '7'), ['8']])).toEqual([
    [0, '7'],
    [60, '8'],
  ]);
});

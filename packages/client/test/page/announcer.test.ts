import { expect, test } from 'vitest';
import { createAnnouncer } from '../../src/page/announcer.ts';

/** When it announces, of values that come each second. */
function announced(values: number[]): [second: number, value: number][] {
  const isToBeAnnounced = createAnnouncer();
  return values.flatMap((value, second) => (isToBeAnnounced(value, second * 1000) ? [[second, value]] : []));
}

test('the first number is not announced, as it is read with the page', () => {
  expect(announced([7, 7, 7])).toEqual([]);
});

test('a number that changes all the time is announced every ten seconds', () => {
  expect(announced(Array.from({ length: 35 }, (_, second) => second))).toEqual([
    [10, 10],
    [20, 20],
    [30, 30],
  ]);
});

test('a change is announced once the ten seconds are over, even if it was long before', () => {
  expect(announced([7, 8, ...Array(20).fill(8)])).toEqual([[10, 8]]);
});

test('a number that comes back to what was said last is not announced', () => {
  expect(announced([7, 8, 9, ...Array(20).fill(7)])).toEqual([]);
});

test('a change after a quiet time is announced at once', () => {
  expect(announced([...Array(60).fill(7), 8])).toEqual([[60, 8]]);
});

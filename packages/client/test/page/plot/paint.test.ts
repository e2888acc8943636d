import { expect, test } from 'vitest';
import { runs } from '../../../src/page/plot/paint.ts';

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

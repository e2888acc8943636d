import { expect, test } from 'vitest';
import { remember } from '../../src/tabs/remember.ts';

test('no more than the limit are remembered, and the oldest are forgotten', () => {
  const known = new Set(['a', 'b']);
  remember(['c'], known, 3);
  expect([...known]).toEqual(['a', 'b', 'c']);
  remember(['d', 'e'], known, 3);
  expect([...known]).toEqual(['c', 'd', 'e']);
  remember([], known, 1);
  expect([...known]).toEqual(['e']);
});

test('one that is heard of again is the newest', () => {
  const known = new Set(['a', 'b', 'c']);
  remember(['a'], known, 3);
  remember(['d'], known, 3);
  expect([...known]).toEqual(['c', 'a', 'd']);
});

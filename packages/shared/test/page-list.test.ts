import { expect, test } from 'vitest';
import { readPageList } from '../src/page-list.ts';

test('a list of pages is read as it is', () => {
  const pages = [
    { name: '__proto__', online: 3 },
    { name: '<b>', online: 0 },
  ];
  expect(readPageList({ pages })).toEqual(pages);
  expect(readPageList({ pages: [] })).toEqual([]);
});

test.each([
  { pages: null },
  { pages: [{ name: 1, online: 3 }] },
  { pages: [{ name: '/a', online: -1 }] },
  { pages: {} },
  [],
  null,
])('%j is no list of pages', (value) => {
  expect(readPageList(value)).toBeUndefined();
});

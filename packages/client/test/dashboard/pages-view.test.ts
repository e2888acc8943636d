import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepOrder } from '../../src/dashboard/pages-view.ts';

const page = (name: string, online: number) => ({ name, online });
const names = (pages: { name: string }[]) => pages.map(({ name }) => name);

test('the fullest page comes first', () => {
  expect(names(keepOrder([page('/a', 1), page('/b', 3), page('/c', 2)], []))).toEqual(['/b', '/c', '/a']);
});

test('pages with equal counts keep their places, whatever the order of the answer', () => {
  const before = ['/c', '/a', '/b'];
  expect(names(keepOrder([page('/a', 2), page('/b', 2), page('/c', 2)], before))).toEqual(before);
});

test('a page that draws level stays behind, and passes when it has more', () => {
  expect(names(keepOrder([page('/b', 3), page('/a', 3)], ['/a', '/b']))).toEqual(['/a', '/b']);
  expect(names(keepOrder([page('/b', 4), page('/a', 3)], ['/a', '/b']))).toEqual(['/b', '/a']);
});

test('a new page follows those with as many', () => {
  expect(names(keepOrder([page('/new', 2), page('/a', 2), page('/b', 1)], ['/a', '/b']))).toEqual(['/a', '/new', '/b']);
});

test('the same pages in any order of the answer are shown in the same order', () => {
  const pages = fc.uniqueArray(fc.record({ name: fc.string(), online: fc.integer({ min: 1, max: 3 }) }), {
    selector: ({ name }) => name,
  });
  const shuffled = pages.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, ([list, again]) => {
      const shown = keepOrder(list, []);
      expect(keepOrder(again, names(shown))).toEqual(shown);
    }),
  );
});

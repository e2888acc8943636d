import { expect, test } from 'vitest';
import { diffDigits } from '../../src/dashboard/number-view.ts';

test('only the digits that change leave', () => {
  expect(diffDigits('129', '131')).toEqual([
    { character: '1' },
    { character: '3', leaving: '2' },
    { character: '1', leaving: '9' },
  ]);
});

test('digits keep their places when the number grows longer', () => {
  expect(diffDigits('999', '1,009')).toEqual([
    { character: '1', leaving: '' },
    { character: ',', leaving: '' },
    { character: '0', leaving: '9' },
    { character: '0', leaving: '9' },
    { character: '9' },
  ]);
});

test('digits keep their places when the number grows shorter', () => {
  expect(diffDigits('109', '99')).toEqual([{ character: '9', leaving: '0' }, { character: '9' }]);
});

test('a number replaces the dash that stands for an unknown one', () => {
  expect(diffDigits('–', '12')).toEqual([
    { character: '1', leaving: '' },
    { character: '2', leaving: '–' },
  ]);
});

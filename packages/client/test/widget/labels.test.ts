import { expect, test, vi } from 'vitest';
import { textsFor } from '../../src/widget/labels.ts';

test.each([
  ['en', 0, '0', 'visitors online'],
  ['en', 1, '1', 'visitor online'],
  ['en-GB', 2, '2', 'visitors online'],
  ['pt-BR', 0, '0', 'visitantes online'],
  ['pt-PT', 0, '0', 'visitantes online'],
  ['PT-br', 1234, '1.234', 'visitantes online'],
  ['pt_BR', 1234, '1.234', 'visitantes online'],
  ['es', 1, '1', 'visitante en línea'],
  ['es-419', 12_345, '12,345', 'visitantes en línea'],
])('in %s, %i is "%s %s"', (language, online, number, label) => {
  expect(textsFor(language, false, online)).toMatchObject({ number, label });
});

test('numbers are in any language, labels in English if there is none in that language', () => {
  expect(textsFor('de', false, 1234)).toMatchObject({ number: '1.234', label: 'visitors online' });
  expect(textsFor('fr', false, 0)).toMatchObject({ number: '0', label: 'visitors online' });
});

test.each([[''], ['x-klingon-😀'], ['en_US'], ['tlh'], ['__proto__'], ['constructor'], ['x'.repeat(10_000)]])(
  'where the language is %j, they are English',
  (language) => {
    expect(textsFor(language, false, 1234)).toMatchObject({ number: '1,234', label: 'visitors online' });
  },
);

test('a number that is not known is a dash', () => {
  expect(textsFor('en', false, undefined)).toMatchObject({ number: '–', label: 'visitors online' });
});

test('a large number is short in the compact format', () => {
  expect(textsFor('en', true, 1281)).toMatchObject({ number: '1.3K' });
});

test('the longest label is the same for every number', () => {
  for (const online of [undefined, 0, 1, 2]) expect(textsFor('es', false, online).longest).toBe('visitantes en línea');
});

test.each([
  ['en', 'browsers', '1 browser online', '2 browsers online'],
  ['en', 'visits', '1 visit', '2 visits'],
  ['en', 'peak', '1 peak visitor', '2 peak visitors'],
  ['es', 'browsers', '1 navegador en línea', '2 navegadores en línea'],
  ['es', 'visits', '1 visita', '2 visitas'],
  ['es', 'peak', '1 visitante en el pico', '2 visitantes en el pico'],
  ['pt', 'browsers', '1 navegador online', '2 navegadores online'],
  ['pt', 'visits', '1 visita', '2 visitas'],
  ['pt', 'peak', '1 visitante no pico', '2 visitantes no pico'],
] as const)('in %s, %s are called as they are', (language, figure, ...expected) => {
  const shown = [1, 2].map((value) => textsFor(language, false, value, figure));
  expect(shown.map(({ number, label }) => `${number} ${label}`)).toEqual(expected);
});

test('the format of a language is created once', () => {
  const NumberFormat = vi.spyOn(Intl, 'NumberFormat');
  for (const value of [1, 2, 3]) textsFor('fr-CA', true, value);
  expect(NumberFormat).toHaveBeenCalledTimes(1);
  NumberFormat.mockRestore();
});

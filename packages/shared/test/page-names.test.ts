import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatStreamQuery, isPageName, parseStreamQuery } from '../src/index.ts';

const parse = (query: string) => parseStreamQuery(new URLSearchParams(query));
const names = (count: number, length = 5) =>
  Array.from({ length: count }, (_, index) => `${index}`.padStart(length, '_'));

const allowed = [
  ...[
    '/',
    '/a',
    ' ',
    'a b',
    'über/uns',
    '日本語',
    '👋',
    '\u2028',
    '\ufeff',
    '\u202e',
    '<b>',
    '"',
    '\\',
    "'",
    '%',
    '%41',
    '+',
    '#',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '0',
    '-1',
    'null',
    ',',
    '&page=/b',
    'a=b',
    'x'.repeat(128),
  ],
  ...['é'.repeat(64), '日'.repeat(42), '👋'.repeat(32)],
];

const forbidden = [
  ...['', 'x'.repeat(129), 'é'.repeat(65), '日'.repeat(43), '👋'.repeat(33), 'x'.repeat(10_000)],
  ...['\n', 'a\r\nevent: x', '\0', '\t', '\u007f', '\u0085', '\ufffd', 'a\ufffd', '\ud800', '\udc00', 'a\ud83d'],
];

describe('the name of a page', () => {
  test.each(allowed)('may be %j, and comes through a URL as it is', (name) => {
    expect(isPageName(name)).toBe(true);
    expect(parse(formatStreamQuery({ page: [name], watch: [name] }))).toEqual({
      ok: true,
      query: { tabs: 1, history: 0, page: [name], watch: [name] },
    });
  });

  for (const parameter of ['page', 'watch']) {
    test.each(forbidden)(`as "${parameter}" must not be %j`, (name) => {
      expect(isPageName(name)).toBe(false);
      const result = parseStreamQuery([[parameter, name]]);
      if (result.ok) throw new Error('it was taken');
      expect(result.detail).toContain(
        `"${parameter}" must be 1 to 128 bytes of UTF-8, without control characters and U+FFFD`,
      );
      expect(result.detail.length).toBeLessThan(600);
      expect(result.detail).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    });
  }

  test('must be UTF-8 in the URL', () => {
    for (const bytes of ['%ff', '%ed%a0%80', '%c0%af', 'a%e2%82']) expect(parse(`page=${bytes}`).ok).toBe(false);
  });

  test('comes through a URL whatever it is', () => {
    const name = fc.string({ unit: 'binary', maxLength: 40 }).filter(isPageName);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (page) => {
        expect(parse(formatStreamQuery({ tabs: 8, page }))).toMatchObject({ ok: true, query: { page } });
      }),
    );
  });
});

describe('the names of a request', () => {
  test('are lists, in the order in which they came', () => {
    expect(parse('tabs=2&page=/a&watch=/c&page=/b&page=/a')).toEqual({
      ok: true,
      query: { tabs: 2, history: 0, page: ['/a', '/b', '/a'], watch: ['/c'] },
    });
  });

  test('give no page more often than there are tabs', () => {
    expect(parse('page=/a').ok).toBe(true);
    expect(parse('page=/a&page=/b').ok).toBe(true);
    expect(parse('watch=/a&watch=/a').ok).toBe(true);
    expect(parse('page=/a&page=/a')).toEqual({
      ok: false,
      detail: '"page" must give each name at most 1 times, as many as "tabs", but gives "/a" 2 times.',
    });
    expect(parse('tabs=0&page=%5f_proto__')).toEqual({
      ok: false,
      detail: '"page" must give each name at most 0 times, as many as "tabs", but gives "__proto__" 1 times.',
    });
  });

  test('are at most 64 for each parameter', () => {
    const query = { tabs: 64, page: names(64), watch: names(64) };
    expect(parse(formatStreamQuery(query))).toMatchObject({ ok: true, query });
    for (const parameter of ['page', 'watch']) {
      expect(parse(formatStreamQuery({ [parameter]: names(65) }))).toEqual({
        ok: false,
        detail: `"${parameter}" was given more than 64 times: it was given 65 times.`,
      });
    }
  });

  test('take at most 4,096 bytes together as they are encoded', () => {
    const [page, watch] = [names(32, 64), names(32, 64)];
    expect(parse(formatStreamQuery({ page, watch })).ok).toBe(true);
    for (const more of [['x'], ['/']]) {
      expect(parse(formatStreamQuery({ page, watch: [...watch, ...more] }))).toEqual({
        ok: false,
        detail:
          'The names of all pages ("page" and "watch") must be at most 4096 bytes together, percent-encoded, but are 4097.',
      });
    }
    // Three bytes as encoded, for each of the two that it has in UTF-8.
    expect(parse(formatStreamQuery({ page: Array(11).fill('é'.repeat(64)), tabs: 64 })).ok).toBe(false);
    expect(parse(formatStreamQuery({ page: Array(10).fill('é'.repeat(64)), tabs: 64 })).ok).toBe(true);
  });
});

import { describe, expect, test } from 'vitest';
import { formatStreamQuery, parseStreamQuery } from '../src/index.ts';

const parse = (query: string) => parseStreamQuery(new URLSearchParams(query));
const ids = (count: number, length = 22) =>
  Array.from({ length: count }, (_, index) => `${index}`.padStart(length, '_'));

describe('parseStreamQuery', () => {
  test('fills in what was left out: all tabs of a stream without a browser are new', () => {
    expect(parse('')).toEqual({ ok: true, query: { tabs: 1, history: 0 } });
    expect(parse('tabs=5')).toEqual({ ok: true, query: { tabs: 5, history: 0 } });
  });

  test('takes no tab for new where a browser names none', () => {
    expect(parse('browser=abcdefgh&tabs=5')).toEqual({
      ok: true,
      query: { browser: 'abcdefgh', tabs: 5, arrivals: [], history: 0 },
    });
  });

  test('takes every value at its limits', () => {
    for (const browser of ['a'.repeat(8), 'Az09_-Az', 'z'.repeat(64)]) {
      for (const arrivals of [ids(64), ids(1, 8), ['Az09_-Az']]) {
        expect(parse(`browser=${browser}&tabs=64&arrivals=${arrivals}&history=3600`)).toEqual({
          ok: true,
          query: { browser, tabs: 64, arrivals, history: 3600 },
        });
      }
    }
  });

  test('takes no tabs at all for an observer, who has no arrivals', () => {
    expect(parse('tabs=0')).toEqual({ ok: true, query: { tabs: 0, history: 0 } });
    expect(parse('tabs=0&arrivals=abcdefgh')).toEqual({
      ok: false,
      detail:
        '"arrivals" must be at most 0 ids, as many as "tabs", separated by commas, each of 8 to 22 characters of A-Z a-z 0-9 _ -, but is "abcdefgh".',
    });
  });

  test('ignores parameters of other names', () => {
    expect(parse('utm_source=x&__proto__=1&toString=2&request=1').ok).toBe(true);
  });

  const wholeNumbers = ['', ' ', '1.0', '-1', '+1', '1e1', '0x1', '01', '٣', 'NaN', '1\r\n', '9'.repeat(400)];
  const wrong = {
    browser: ['', 'a'.repeat(7), 'a'.repeat(65), 'abcdefg.', 'abcdefgé', 'abcdefgh\n', 'abcdefgh\0', 'abcd efgh'],
    tabs: ['65', ...wholeNumbers],
    arrivals: [
      ...['', ',', '1', 'a'.repeat(7), 'a'.repeat(23), 'abcdefg.', 'abcdefgh\n', 'abcdefg\0', 'abcdefgh,', ',abcdefgh'],
      ...['abcdefgh,,abcdefgh', 'abcdefgh, abcdefgh', 'abcdefgh,short', 'ébcdefgh', `${ids(2)}`, `${ids(400)}`],
    ],
    history: ['3601', ...wholeNumbers],
    refusal: ['', 'status', 'Event', 'event\n'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    test.each(values)(`refuses "${name}" of %j, naming it, its limits and the value`, (value) => {
      const result = parse(new URLSearchParams({ [name]: value }).toString());
      if (result.ok) throw new Error('it was taken');
      expect(result.detail).toContain(`"${name}" must be `);
      expect(result.detail).toContain(JSON.stringify(value.slice(0, 80)).slice(0, -1));
      expect(result.detail.length).toBeLessThan(250);
      // Line breaks and other control characters would forge log lines.
      expect(result.detail).not.toMatch(/\p{Cc}/u);
    });
  }

  test.each(['browser', 'tabs', 'arrivals', 'history', 'refusal'])('refuses "%s" given twice', (name) => {
    expect(parse(`${name}=&${name}=1`)).toEqual({
      ok: false,
      detail: `"${name}" was given more than once.`,
    });
  });
});

describe('formatStreamQuery', () => {
  test('writes what parseStreamQuery reads', () => {
    const query = { browser: 'abcdefgh', tabs: 3, arrivals: ids(2), history: 60, refusal: 'event' } as const;
    expect(parse(formatStreamQuery(query))).toEqual({ ok: true, query });
  });

  test('leaves out a list of arrivals that is empty', () => {
    expect(formatStreamQuery({ tabs: 2, arrivals: [], request: 'x' })).toBe('?tabs=2&request=x');
  });

  test('a misspelt parameter does not compile', () => {
    // @ts-expect-error: "tab" is no parameter
    expect(formatStreamQuery({ tab: 1 })).toBe('?tab=1');
  });
});

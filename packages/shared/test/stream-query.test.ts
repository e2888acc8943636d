import { describe, expect, test } from 'vitest';
import { formatStreamQuery, parseStreamQuery } from '../src/index.ts';

const parse = (query: string) => parseStreamQuery(new URLSearchParams(query));

describe('parseStreamQuery', () => {
  test('fills in what was left out', () => {
    expect(parse('')).toEqual({ ok: true, query: { tabs: 1, arrivals: 1, history: 0 } });
    expect(parse('tabs=5')).toEqual({ ok: true, query: { tabs: 5, arrivals: 5, history: 0 } });
  });

  test('takes every value at its limits', () => {
    for (const browser of ['a'.repeat(8), 'Az09_-Az', 'z'.repeat(64)]) {
      expect(parse(`browser=${browser}&tabs=64&arrivals=0&history=3600`)).toEqual({
        ok: true,
        query: { browser, tabs: 64, arrivals: 0, history: 3600 },
      });
    }
  });

  test('takes no tabs at all for an observer, who has no arrivals', () => {
    expect(parse('tabs=0')).toEqual({ ok: true, query: { tabs: 0, arrivals: 0, history: 0 } });
    expect(parse('tabs=0&arrivals=1')).toEqual({
      ok: false,
      detail: '"arrivals" must be a whole number from 0 to "tabs", which is 0, but is "1".',
    });
  });

  test('passes over parameters of other names', () => {
    expect(parse('utm_source=x&__proto__=1&toString=2').ok).toBe(true);
  });

  const wholeNumbers = ['', ' ', '1.0', '-1', '+1', '1e1', '0x1', '01', '٣', 'NaN', '1\r\n', '9'.repeat(400)];
  const wrong = {
    browser: ['', 'a'.repeat(7), 'a'.repeat(65), 'abcdefg.', 'abcdefgé', 'abcdefgh\n', 'abcdefgh\0', 'abcd efgh'],
    tabs: ['65', ...wholeNumbers],
    arrivals: ['2', '65', ...wholeNumbers],
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

  test('refuses more arrivals than tabs', () => {
    expect(parse('tabs=3&arrivals=4')).toEqual({
      ok: false,
      detail: '"arrivals" must be a whole number from 0 to "tabs", which is 3, but is "4".',
    });
  });
});

describe('formatStreamQuery', () => {
  test('writes what parseStreamQuery reads', () => {
    const query = { browser: 'abcdefgh', tabs: 3, arrivals: 2, history: 60, refusal: 'event' } as const;
    expect(parse(formatStreamQuery(query))).toEqual({ ok: true, query });
    expect(formatStreamQuery({})).toBe('');
  });

  test('a misspelt parameter does not compile', () => {
    // @ts-expect-error: "tab" is no parameter
    expect(formatStreamQuery({ tab: 1 })).toBe('?tab=1');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BadgeQuery, colors, parseBadgeQuery } from '../src/http/badge.ts';
import { drawBadge } from '../src/http/draw-badge.ts';
import { readProblem } from './helpers/problem.ts';
import { eventually, openLostStore, openServer, openStream } from './helpers/support.ts';
import { readSvg } from './helpers/svg.ts';

const parse = (query: string) => parseBadgeQuery(new URLSearchParams(query));
const defaults: BadgeQuery = {
  figure: 'online',
  label: 'visitors online',
  color: 'blue',
  style: 'flat',
  format: 'full',
};
const figures = { online: 1234, browsers: 567, visits: 1_234_567, peak: 7890 };
const draw = (query: Partial<BadgeQuery>) => drawBadge({ ...defaults, ...query }, figures[query.figure ?? 'online']);

describe('parseBadgeQuery', () => {
  test('fills in what was left out, and passes over parameters of other names', () => {
    expect(parse('')).toEqual({ ok: true, query: defaults });
    for (const [figure, label] of [
      ['browsers', 'browsers online'],
      ['visits', 'visits'],
      ['peak', 'peak visitors'],
    ]) {
      expect(parse(`figure=${figure}`)).toEqual({ ok: true, query: { ...defaults, figure, label } });
    }
    expect(parse('__proto__=1&toString=2&logo=x').ok).toBe(true);
  });

  test('takes all that a badge can be, and every value at its limits', () => {
    for (const label of ['', ' ', '👋'.repeat(64), 'Pessoas aqui agora', '<&"\'>', '人がいます']) {
      expect(parse(new URLSearchParams({ label }).toString())).toEqual({ ok: true, query: { ...defaults, label } });
    }
    for (const color of ['4c1', '4C1aFf', ...colors]) {
      expect(parse(`color=${color}`)).toEqual({ ok: true, query: { ...defaults, color } });
    }
    for (const style of ['flat', 'flat-square', 'plastic', 'for-the-badge']) {
      expect(parse(`style=${style}&format=compact`)).toMatchObject({ ok: true, query: { style, format: 'compact' } });
    }
  });

  test('takes the name of a page, of which only the tabs are known', () => {
    expect(parse('page=/a%20b')).toEqual({ ok: true, query: { ...defaults, page: '/a b' } });
    expect(parse('page=__proto__&figure=online').ok).toBe(true);
    expect(parse('page=/a&figure=visits')).toEqual({
      ok: false,
      detail: '"figure" must be online for a "page", but is "visits".',
    });
  });

  const wrong = {
    page: ['', 'a'.repeat(129), 'a\nb', '\u0085', '\ufffd'],
    figure: ['', 'visitorSeconds', 'Online', 'online ', 'online\n'],
    label: ['a'.repeat(65), '👋'.repeat(65), 'a\nb', 'a\0b', '\u007f', '\u0085', '\ufffe', '\uffff', '\ud800'],
    color: ['', 'Blue', 'purple', '#4c1', '4c', '4c11', '4c1\n', 'ggg', '4c1;fill:url(x)', 'var(--x)', 'toString'],
    style: ['', 'social', 'Flat', '__proto__'],
    format: ['', 'short'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    test.each(values)(`refuses "${name}" of %j, naming it, its limits and the value`, (value) => {
      const result = parseBadgeQuery([[name, value]]);
      if (result.ok) throw new Error('it was taken');
      expect(result.detail).toContain(`"${name}" must be `);
      const quoted = JSON.stringify(value.slice(0, 80)).slice(0, -1);
      expect(result.detail).toContain(quoted.replace('\u007f', '\\u007f').replace('\u0085', '\\u0085'));
      expect(result.detail.length).toBeLessThan(300);
      expect(result.detail).not.toMatch(/\p{Cc}/u);
    });

    test(`refuses "${name}" given twice`, () => {
      expect(parse(`${name}=${values[0]}&${name}=flat`)).toEqual({
        ok: false,
        detail: `"${name}" was given more than once.`,
      });
    });
  }
});

describe('a badge', () => {
  test.each(['flat', 'flat-square', 'plastic', 'for-the-badge'] as const)(
    'is an SVG image in the style %s',
    (style) => {
      const { root, texts } = readSvg(draw({ style }));
      expect(root).toEqual({ role: 'img', label: expect.stringMatching(/^visitors online: 1,234$/i) });
      expect(texts).toContain(style === 'for-the-badge' ? '1,234' : 'visitors online');
    },
  );

  test('shows the figure that was asked for, in full or compact', () => {
    expect(readSvg(draw({ figure: 'visits', label: 'visits' })).root.label).toBe('visits: 1,234,567');
    expect(readSvg(draw({ figure: 'visits', format: 'compact' })).root.label).toBe('visitors online: 1.2M');
  });

  test('may be the figure alone', () => {
    expect(readSvg(draw({ label: '' })).root.label).toBe('1,234');
  });

  test('has the color that was asked for', () => {
    const drawn = new Set(colors.map((color) => draw({ color })));
    expect(drawn.size).toBe(colors.length);
    expect(draw({ color: 'AbC' })).toContain('fill="#abc"');
    expect(draw({ color: '123456' })).toContain('fill="#123456"');
  });

  test.each([
    '</text></svg><script>alert(1)</script>',
    '"><script xlink:href="https://example.org/x.js"/>',
    '" onload="alert(1)',
    "' onload='alert(1)",
    '<![CDATA[',
    ']]>',
    '<!--',
    '<!DOCTYPE svg [<!ENTITY x "y">]>',
    '&x; &#x3c;script&#x3e;',
    '&lt;script&gt;',
    '<?xml-stylesheet href="x"?>',
    '\u202e\u2028\ufeff👋',
  ])('shows the label %j as the text that it is', (label) => {
    const plain = readSvg(draw({ label: 'plain' }));
    for (const style of ['flat', 'flat-square', 'plastic', 'for-the-badge'] as const) {
      const { root, elements } = readSvg(draw({ label, style }));
      const shown = style === 'for-the-badge' ? label.toUpperCase() : label;
      expect(root.label).toBe(`${shown.trim()}: 1,234`);
      expect(elements).toEqual(readSvg(draw({ label: 'plain', style })).elements);
    }
    expect(readSvg(draw({ label })).texts.filter((text) => text === label.trim()).length).toBe(
      plain.texts.filter((text) => text === 'plain').length,
    );
  });

  test('is well-formed XML, and has the same elements, whatever its label', () => {
    const expected = readSvg(draw({ label: 'plain' })).elements;
    const labels = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 64 }),
      fc.string({ unit: fc.constantFrom(...'<>&"\'/=;#x!-[]? a\t\n\u0000\uffff'), maxLength: 64 }),
    );
    fc.assert(
      fc.property(labels, (label) => {
        const result = parseBadgeQuery([['label', label]]);
        if (!result.ok || label.trim() === '') return;
        expect(readSvg(drawBadge(result.query, 1234)).elements).toEqual(expected);
      }),
    );
  });

  test('says that it does not know what a fleet cannot tell now', () => {
    const svg = drawBadge(defaults, null);
    expect(readSvg(svg).root.label).toBe('visitors online: unknown');
  });
});

describe('GET /badge.svg', () => {
  test('is an image of how many are here now, for any page, and soon asked for again', async () => {
    const { url } = await openServer({ ALLOWED_ORIGINS: 'https://example.com' });
    await openStream(`${url}/stream?tabs=3`);
    // As a browser asks for an image, it says no origin; scripts of origins that are not listed are refused.
    const response = await fetch(`${url}/badge.svg`);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('image/svg+xml; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=3');
    expect(response.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
    expect(readSvg(await response.text()).root).toEqual({ role: 'img', label: 'visitors online: 3' });
  });

  test('takes a query, and refuses a wrong one with a sentence that says what is wrong', async () => {
    const { url, metric } = await openServer();
    await openStream(`${url}/stream?tabs=3`);
    await eventually(async () => {
      const svg = await (await fetch(`${url}/badge.svg?figure=visits&label=so+far%3F&style=plastic`)).text();
      expect(readSvg(svg).root.label).toBe('so far?: 3');
    });
    const refused = await fetch(`${url}/badge.svg?style=social`);
    expect(refused.status).toBe(400);
    expect(refused.headers.get('Content-Type')).toContain('application/problem+json');
    expect(refused.headers.get('Cache-Control')).toBe('no-store');
    expect(readProblem(await refused.json()).detail).toBe(
      '"style" must be one of flat, flat-square, plastic, for-the-badge, but is "social".',
    );
    expect(await metric('live_visitors_refusals_total{reason="query"}')).toBe(1);
  });

  test('shows each of the figures', async () => {
    const { url } = await openServer();
    await (await openStream(`${url}/stream?tabs=2`)).close();
    await openStream(`${url}/stream?tabs=3`);
    const label = async (figure: string) =>
      readSvg(await (await fetch(`${url}/badge.svg?figure=${figure}`)).text()).root.label;
    await eventually(async () => {
      const labels = await Promise.all(['online', 'browsers', 'visits', 'peak'].map(label));
      expect(labels).toEqual(['visitors online: 3', 'browsers online: 1', 'visits: 5', 'peak visitors: 3']);
    });
  });

  test('counts the tabs on one page, for any name', async () => {
    const { url } = await openServer();
    await openStream(`${url}/stream?tabs=3&page=/a&page=/a&page=__proto__`);
    const count = async (page: string) =>
      readSvg(await (await fetch(`${url}/badge.svg?${new URLSearchParams({ page })}`)).text()).root.label;
    expect(await count('/a')).toBe('visitors online: 2');
    expect(await count('__proto__')).toBe('visitors online: 1');
    expect(await count('constructor')).toBe('visitors online: 0');
  });

  test('does not know the count of a page in a fleet, or of one that is not tracked', async () => {
    const label = async (url: string) => readSvg(await (await fetch(`${url}/badge.svg?page=/a`)).text()).root.label;
    const fleet = await openServer({}, { store: await openLostStore() });
    expect(await label(fleet.url)).toBe('visitors online: unknown');
    const full = await openServer({ MAX_PAGES: '0' });
    await openStream(`${full.url}/stream?page=/a`);
    expect(await label(full.url)).toBe('visitors online: unknown');
  });

  test('says nothing false before a first tick: the totals of before are there', async () => {
    const { url } = await openServer();
    expect(readSvg(await (await fetch(`${url}/badge.svg?figure=visits`)).text()).root.label).toBe('visits: 0');
    const lost = await openServer({}, { store: await openLostStore() });
    const svg = await (await fetch(`${lost.url}/badge.svg?figure=visits`)).text();
    expect(readSvg(svg).root.label).toBe('visits: unknown');
  });
});

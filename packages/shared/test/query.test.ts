import { describe, expect, test } from 'vitest';
import { oneOf, parseQuery } from '../src/index.ts';

const parameters = { shape: oneOf('flat', 'round') };

describe('a parameter that is one of several words', () => {
  test.each(['flat', 'round'] as const)('takes %s', (shape) => {
    expect(parseQuery(parameters, [['shape', shape]])).toEqual({ ok: true, query: { shape } });
  });

  test.each(['', 'Flat', 'flat ', 'flat, round', 'constructor'])('refuses %j, and names all of them', (value) => {
    expect(parseQuery(parameters, [['shape', value]])).toEqual({
      ok: false,
      detail: `"shape" must be one of flat, round, but is ${JSON.stringify(value)}.`,
    });
  });
});

describe('a parameter that may be repeated', () => {
  const shapes = { shape: { ...oneOf('flat', 'round'), maxTimes: 2 }, size: oneOf('small') };

  test('is a list, in the order in which it came', () => {
    const query = [['shape', 'round'] as const, ['size', 'small'] as const, ['shape', 'flat'] as const];
    expect(parseQuery(shapes, query)).toEqual({ ok: true, query: { shape: ['round', 'flat'], size: 'small' } });
    expect(parseQuery(shapes, [['shape', 'flat']])).toEqual({ ok: true, query: { shape: ['flat'] } });
    expect(parseQuery(shapes, [])).toEqual({ ok: true, query: {} });
  });

  test('is refused if one of its values is wrong, or if there are too many', () => {
    expect(
      parseQuery(
        shapes,
        [...Array(3)].map(() => ['shape', 'flat'] as const),
      ),
    ).toEqual({
      ok: false,
      detail: '"shape" was given more than 2 times: it was given 3 times.',
    });
    const wrong = parseQuery(
      shapes,
      ['flat', 'oval'].map((shape) => ['shape', shape] as const),
    );
    expect(wrong).toMatchObject({ detail: '"shape" must be one of flat, round, but is "oval".' });
  });
});

test('what is wrong is told on one line, in characters that can be seen', () => {
  // Those that JSON escapes, and those that it leaves as they are: delete, next line and the other controls of ISO 6429.
  const result = parseQuery(parameters, [['shape', '\n\u0000"\u007f\u0085\u009f']]);
  expect(result).toMatchObject({ detail: expect.stringContaining(String.raw`"\n\u0000\"\u007f\u0085\u009f"`) });
});

test('what is wrong is told in short, however long it is', () => {
  const result = parseQuery(parameters, [['shape', 'x'.repeat(10_000)]]);
  expect(result).toMatchObject({ detail: expect.stringContaining(`but is "${'x'.repeat(80)}…".`) });
});

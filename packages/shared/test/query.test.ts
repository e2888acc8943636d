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

test('what is wrong is told on one line, in characters that can be seen', () => {
  // Those that JSON escapes, and those that it leaves as they are: delete, next line and the other controls of ISO 6429.
  const result = parseQuery(parameters, [['shape', '\n\u0000"\u007f\u0085\u009f']]);
  expect(result).toMatchObject({ detail: expect.stringContaining(String.raw`"\n\u0000\"\u007f\u0085\u009f"`) });
});

test('what is wrong is told in short, however long it is', () => {
  const result = parseQuery(parameters, [['shape', 'x'.repeat(10_000)]]);
  expect(result).toMatchObject({ detail: expect.stringContaining(`but is "${'x'.repeat(80)}…".`) });
});

import { parseStreamQuery } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { randomId } from '../../src/tabs/random-id.ts';

test('an id is 128 random bits, whatever bits they are, in 22 characters that the server takes', () => {
  const ids = Array.from({ length: 500 }, randomId);
  expect(new Set(ids).size).toBe(500);
  // Those of base64 that a URL would have to escape are there, as others.
  expect(ids.join('')).toMatch(/-.*_|_.*-/);
  for (const id of ids) {
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(parseStreamQuery([['browser', id]])).toMatchObject({ ok: true, query: { browser: id } });
    expect(parseStreamQuery([['arrivals', id]])).toMatchObject({ ok: true, query: { arrivals: [id] } });
  }
});

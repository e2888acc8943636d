import { parseStreamQuery } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { createIdentity, randomId } from '../../src/tabs/identity.ts';

test('an id is 128 random bits, whatever bits they are, and one that the server takes', () => {
  const ids = Array.from({ length: 200 }, randomId);
  expect(new Set(ids).size).toBe(200);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(parseStreamQuery([['browser', id]])).toMatchObject({ ok: true, query: { browser: id } });
  }
});

test('each page has ids of its own, and has not been counted yet', () => {
  const [one, other] = [createIdentity(), createIdentity()];
  expect(new Set([one.tab, one.browser, other.tab, other.browser]).size).toBe(4);
  expect([one.counted, other.counted]).toEqual([false, false]);
});

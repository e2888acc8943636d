import type { Snapshot } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { tellChanges } from '../../src/widget/tell-changes.ts';

const snapshot = (at: number): Snapshot => ({ online: 1, browsers: 1, visits: 1, peak: 1, visitorSeconds: 1, at });
const none = new Map();
const last = (at: number) => ({ snapshot: snapshot(at), ageMs: 0 });

test('each snapshot and each change of the connection is told once, and after whatever is being done', async () => {
  const told: unknown[] = [];
  const tell = tellChanges(
    ({ at }) => told.push(at),
    ({ state }) => told.push(state),
  );
  tell({ connection: { state: 'connecting' } }, none);
  tell({ connection: { state: 'connecting' } }, none);
  tell({ connection: { state: 'live' }, last: last(1) }, none);
  tell({ connection: { state: 'live' }, last: last(1) }, none);
  tell({ connection: { state: 'live' }, last: last(2) }, none);
  tell({ connection: { state: 'reconnecting', inMs: 5 }, last: last(2) }, none);
  tell({ connection: { state: 'reconnecting', inMs: 4 }, last: last(2) }, none);
  expect(told).toEqual([]);
  await Promise.resolve();
  expect(told).toEqual(['connecting', 'live', 1, 2, 'reconnecting']);
});

test('a snapshot is told again when its pages change, with the count of the first one', async () => {
  const told: unknown[] = [];
  const tell = tellChanges(
    ({ at, page, pages }) => told.push([at, page, pages.size]),
    () => {},
  );
  tell({ connection: { state: 'live' }, last: last(1) }, none);
  tell({ connection: { state: 'live' }, last: last(1) }, new Map([['/a', null]]));
  tell({ connection: { state: 'live' }, last: last(1) }, new Map([['/a', null]]));
  tell({ connection: { state: 'live' }, last: last(1) }, new Map(Object.entries({ '/a': 2, '/b': 1 })));
  await Promise.resolve();
  expect(told).toEqual([
    [1, undefined, 0],
    [1, null, 1],
    [1, 2, 2],
  ]);
});

test('a wait that runs down is no change, and the next wait is, even if it is as long', async () => {
  const told: unknown[] = [];
  const tell = tellChanges(
    () => {},
    (connection) => told.push(connection),
  );
  const refused = (inMs: number) => ({ state: 'refused' as const, reason: 'No.', inMs });
  for (const inMs of [30, 20, 10, 0, 0, 30, 29]) tell({ connection: refused(inMs) }, none);
  await Promise.resolve();
  expect(told).toEqual([refused(30), refused(30)]);
});

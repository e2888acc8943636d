import type { Snapshot } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { tellChanges } from '../../src/widget/tell-changes.ts';

const snapshot = (at: number): Snapshot => ({ online: 1, browsers: 1, visits: 1, peak: 1, visitorSeconds: 1, at });
const last = (at: number) => ({ snapshot: snapshot(at), ageMs: 0 });

test('each snapshot and each change of the connection is told once, and after whatever is being done', async () => {
  const told: unknown[] = [];
  const tell = tellChanges(
    ({ at }) => told.push(at),
    ({ state }) => told.push(state),
  );
  tell({ connection: { state: 'connecting' } });
  tell({ connection: { state: 'connecting' } });
  tell({ connection: { state: 'live' }, last: last(1) });
  tell({ connection: { state: 'live' }, last: last(1) });
  tell({ connection: { state: 'live' }, last: last(2) });
  tell({ connection: { state: 'reconnecting', inMs: 5 }, last: last(2) });
  tell({ connection: { state: 'reconnecting', inMs: 4 }, last: last(2) });
  expect(told).toEqual([]);
  await Promise.resolve();
  expect(told).toEqual(['connecting', 'live', 1, 2, 'reconnecting', 'reconnecting']);
});

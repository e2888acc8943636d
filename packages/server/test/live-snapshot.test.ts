import { expect, test } from 'vitest';
import { snapshotAfter } from '../src/stream/recorder.ts';

const tick = {
  counts: { online: 3, browsers: 2, visits: 7, visitorSeconds: 60 },
  snapshot: { online: 13, browsers: 9, visits: 107, peak: 20, visitorSeconds: 5360, at: 1_790_000_000_000 },
  id: 1_790_000_000_000,
  recordedAt: 4000,
};

test('right after a tick, its snapshot is what is so', () => {
  expect(snapshotAfter(tick, tick.counts, 4000)).toEqual(tick.snapshot);
});

test('who came or left since a tick is in the figures at once, and those of other nodes stay', () => {
  const more = { ...tick.counts, online: 8, browsers: 3 };
  expect(snapshotAfter(tick, more, 4100)).toMatchObject({ online: 18, browsers: 10 });
  const fewer = { ...tick.counts, online: 0, browsers: 0 };
  expect(snapshotAfter(tick, fewer, 4100)).toMatchObject({ online: 10, browsers: 7 });
});

test('totals stay as they were recorded, and so does what makes a figure partial', () => {
  const now = { online: 40, browsers: 30, visits: 44, visitorSeconds: 90 };
  const after = snapshotAfter({ ...tick, snapshot: { ...tick.snapshot, partial: true } }, now, 4900);
  expect(after).toMatchObject({ visits: 107, visitorSeconds: 5360, peak: 20, partial: true });
});

test('the time is that of the store, and goes on in whole milliseconds', () => {
  expect(snapshotAfter(tick, tick.counts, 4250.7).at).toBe(1_790_000_000_250);
});

import type { History, Snapshot } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { createRecent } from '../../src/dashboard/recent.ts';
import type { Update } from '../../src/update.ts';

const start = 1_790_000_000_000;

function tick(second: number, online: number): Update {
  const snapshot: Snapshot = { online, browsers: 1, visits: 1, peak: 9, visitorSeconds: 1, at: start + second * 1000 };
  return { connection: { state: 'live' }, last: { snapshot, ageMs: 0 } };
}

function past(endSecond: number, online: History['online']): Update {
  return { connection: { state: 'live' }, past: { everyMs: 1000, endsAt: start + endSecond * 1000, online } };
}

describe('what is known of the last seconds', () => {
  test('is nothing at first', () => {
    const recent = createRecent(10, () => 0);
    expect(recent.read()).toBeUndefined();
    recent.learn({ connection: { state: 'connecting' } });
    expect(recent.read()).toBeUndefined();
  });

  test('is the history, and the ticks that follow, with gaps where nothing was heard', () => {
    const recent = createRecent(10, () => 0);
    recent.learn(past(3, [5, null, 6]));
    recent.learn(tick(4, 7));
    recent.learn(tick(6, 8));
    expect(recent.read()).toEqual({ everyMs: 1000, endsAt: start + 6000, online: [5, null, 6, 7, null, 8] });
  });

  test('follows the clock of the server when it is set back, and forgets what lies ahead of it', () => {
    const recent = createRecent(600, () => 0);
    recent.learn(tick(4000, 1));
    recent.learn(tick(4001, 2));
    recent.learn(tick(402, 3));
    recent.learn(tick(403, 4));
    expect(recent.read()).toEqual({ everyMs: 1000, endsAt: start + 403_000, online: [3, 4] });
  });

  test('keeps what is newer than an old snapshot that is told again', () => {
    const recent = createRecent(600, () => 0);
    recent.learn(past(20, [1, 2, 3]));
    const { last, ...update } = tick(10, 9);
    recent.learn({ ...update, last: last && { ...last, ageMs: 10_000 } });
    expect(recent.read()?.endsAt).toBe(start + 20_000);
  });

  test('is filled by what comes later of what was missed, and the same update counts once', () => {
    const recent = createRecent(10, () => 0);
    recent.learn(tick(1, 1));
    recent.learn(tick(5, 5));
    recent.learn(past(4, [2, 3, 4]));
    recent.learn(tick(5, 5));
    expect(recent.read()?.online).toEqual([1, 2, 3, 4, 5]);
  });

  test('takes a tick that comes a little early or late for the second that it is nearest to', () => {
    const recent = createRecent(10, () => 0);
    recent.learn(tick(1.02, 1));
    recent.learn(tick(1.99, 2));
    recent.learn(tick(3.1, 3));
    expect(recent.read()?.online).toEqual([1, 2, 3]);
  });

  test('is requested from the last tick on, with a margin, and not at all while ticks come', () => {
    let now = 0;
    const recent = createRecent(60, () => now);
    expect(recent.missingSeconds()).toBe(60);
    recent.learn(tick(0, 1));
    now = 1400;
    expect(recent.missingSeconds()).toBe(0);
    now = 1500;
    expect(recent.missingSeconds()).toBe(7);
    now = 3_600_000;
    expect(recent.missingSeconds()).toBe(60);
  });

  test('is limited to the last seconds', () => {
    const recent = createRecent(10, () => 0);
    recent.learn(
      past(
        0,
        Array.from({ length: 100 }, (_, index) => index),
      ),
    );
    expect(recent.read()?.online).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    recent.learn(tick(5, 7));
    expect(recent.read()?.online).toEqual([95, 96, 97, 98, 99, null, null, null, null, 7]);
    recent.learn(tick(500, 1));
    expect(recent.read()?.online).toEqual([1]);
    recent.learn(past(480, [4]));
    expect(recent.read()?.online).toEqual([1]);
  });
});

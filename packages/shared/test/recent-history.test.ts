import { describe, expect, test } from 'vitest';
import { RecentHistory } from '../src/index.ts';

const second = (n: number) => 1_790_000_000_000 + n * 1000;

function recorded(capacity: number, ...ticks: [at: number, online: number][]) {
  const history = new RecentHistory(capacity);
  for (const [at, online] of ticks) history.add({ id: at, at, online });
  return history;
}

describe('the recent history', () => {
  test('is none before the first tick', () => {
    expect(new RecentHistory(10).last(5)).toBeUndefined();
    expect(new RecentHistory(10).since(0)).toBeUndefined();
  });

  test('gives the last seconds, oldest first', () => {
    const history = recorded(10, [second(1), 1], [second(2), 2], [second(3), 3]);
    expect(history.last(2)).toEqual({ everyMs: 1000, endsAt: second(3), online: [2, 3] });
    expect(history.last(60)?.online).toEqual([1, 2, 3]);
    expect(history.last(0)).toBeUndefined();
  });

  test('gives what came after a time, as far as it is held', () => {
    const history = recorded(3, [second(1), 1], [second(2), 2], [second(3), 3], [second(4), 4]);
    expect(history.since(second(3))?.online).toEqual([4]);
    expect(history.since(second(0))?.online).toEqual([2, 3, 4]);
    expect(history.since(second(4))).toBeUndefined();
    expect(history.since(second(99))).toBeUndefined();
  });

  test('is not confused by ticks that come a little early or late', () => {
    const history = recorded(10, [second(1) - 3, 1], [second(2) + 400, 2], [second(3) + 1, 3]);
    expect(history.last(9)).toEqual({ everyMs: 1000, endsAt: second(3), online: [1, 2, 3] });
  });

  test('shows a gap as a gap, unless nothing before it is held', () => {
    const history = recorded(4, [second(1), 1], [second(2), 2], [second(5), 5]);
    expect(history.last(9)?.online).toEqual([2, null, null, 5]);
    history.add({ id: second(5_000_000), at: second(5_000_000), online: 6 });
    expect(history.last(9)?.online).toEqual([6]);
  });

  test('moves with a clock that is set, back or forward, and leaves no gap for it', () => {
    for (const hours of [-3, 5000]) {
      const history = recorded(10, [second(1), 1], [second(2), 2]);
      const byMs = hours * 3_600_000 + 123;
      history.moveClock(byMs);
      history.add({ id: second(9), at: second(3) + byMs, online: 3 });
      expect(history.last(9)).toEqual({ everyMs: 1000, endsAt: second(3) + hours * 3_600_000, online: [1, 2, 3] });
      expect(history.since(second(2))?.online).toEqual([3]);
      expect(history.since(second(9))).toBeUndefined();
    }
  });

  test('passes over a tick that is older than the newest', () => {
    const history = recorded(4, [second(2), 2], [second(1), 9]);
    expect(history.last(9)?.online).toEqual([2]);
  });
});

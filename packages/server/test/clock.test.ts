import { readRangeHistory } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../src/stream/clock.ts';
import { eventually, openServer, openStream } from './helpers/support.ts';

const hourMs = 3_600_000;

/** This machine's clock, which can be set. */
function settableClock(): Clock & { set: (byMs: number) => void } {
  let offset = 0;
  return {
    ...systemClock,
    now: () => Date.now() + offset,
    set(byMs) {
      offset += byMs;
    },
  };
}

describe.each([
  ['back', -3 * hourMs],
  ['forward', 5000 * hourMs],
])('a clock that is set %s while the server runs', (_, byMs) => {
  test('is followed by times and histories at once, while ids go on and one line is logged', async () => {
    const clock = settableClock();
    const startedAt = performance.now();
    const { url, logged } = await openServer({}, { clock });
    const stream = await openStream(`${url}/stream`);
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(3));
    clock.set(byMs);
    const seen = stream.of('visitors').length;
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(seen + 3));

    const snapshots = stream.of('visitors');
    const ids = snapshots.map(({ id }) => Number(id));
    expect(ids.slice(1)).toEqual(ids.slice(1).toSorted((a, b) => a - b));
    expect(new Set(ids.slice(1)).size).toBe(ids.length - 1);
    expect(Math.abs((snapshots.at(-1)?.payload.at ?? 0) - clock.now())).toBeLessThan(10_000);

    const historyOf = async (query: string, headers: Record<string, string> = {}) =>
      (await (await openStream(`${url}/stream?tabs=0${query}`, headers)).first('welcome')).payload.history;
    const missed = (await historyOf('', { 'Last-Event-ID': String(ids.at(-3)) }))?.online ?? [];
    const { endsAt = 0, online: all = [] } = (await historyOf('&history=600')) ?? {};
    expect(Math.abs(endsAt - clock.now())).toBeLessThan(10_000);
    // The ticks from before the step are still there, right before those after it: the seconds are those since the start.
    expect(all.filter((online) => online === 1).length).toBeGreaterThan(5);
    expect(all.length).toBeLessThanOrEqual((performance.now() - startedAt) / 1000 + 2);

    // Who comes back with the id of its last event gets what it missed, and no more.
    expect(missed.length).toBeGreaterThanOrEqual(2);
    expect(missed.length).toBeLessThan(all.length - 2);

    const day = readRangeHistory(await (await fetch(`${url}/history`)).json());
    expect(Math.abs((day?.series.endsAt ?? 0) - clock.now())).toBeLessThan(120_000);
    const lines = logged.map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ msg: 'the clock was set' }]);
    expect(Math.abs(lines[0].byMs - byMs)).toBeLessThan(2000);
  });
});

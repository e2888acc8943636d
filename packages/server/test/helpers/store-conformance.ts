import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { historyRangeNames, historyRanges, tickOf } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { type Minute, minuteOf } from '../../src/history/minutes.ts';
import type { Counts } from '../../src/presence/presence.ts';
import type { Store } from '../../src/store/store.ts';
import { nextTick } from './support.ts';

const nobody: Counts = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };

type Preparation = {
  /** Opens it: again each time that a process would start. */
  open: () => Promise<Store>;
  /** Puts minutes into it before it is opened. */
  fill: (minutes: Minute[]) => Promise<void>;
};

/**
 * What must hold for every store.
 *
 * @param prepare - gives a test a store that is empty
 */
export function describeStore(name: string, prepare: () => Promise<Preparation>): void {
  describe(`the store in ${name}`, () => {
    test('begins with nothing', async () => {
      const { open } = await prepare();
      const store = await open();
      const { at, ...figures } = await store.record(nobody);
      expect(figures).toEqual({ ...nobody, peak: 0 });
      expect(Math.abs(at - Date.now())).toBeLessThan(10_000);
      expect(store.trouble()).toBeUndefined();
      await store.close();
    });

    test('shows who is online, and totals', async () => {
      const { open } = await prepare();
      const store = await open();
      const counts = { online: 3, browsers: 2, visits: 4, visitorSeconds: 9 };
      expect(await store.record(counts)).toMatchObject({ ...counts, peak: 3 });
      await store.close();
    });

    test('counts nothing twice when the same counts are recorded again', async () => {
      const { open } = await prepare();
      const store = await open();
      const counts = { online: 3, browsers: 2, visits: 4, visitorSeconds: 9 };
      const first = await store.record(counts);
      const second = await store.record(counts);
      expect(second).toEqual({ ...first, at: second.at });
      await store.close();
    });

    test('gives every tick the time of its clock, none of them earlier than the one before', async () => {
      const { open } = await prepare();
      const store = await open();
      const times: number[] = [];
      for (let i = 0; i < 20; i++) times.push((await store.record(nobody)).at);
      for (const at of times) expect(Math.abs(at - Date.now())).toBeLessThan(10_000);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      await store.close();
    });

    test('remembers the most that were ever online', async () => {
      const { open } = await prepare();
      const store = await open();
      for (const online of [2, 7, 1]) await store.record({ ...nobody, online });
      expect(await store.record({ ...nobody, online: 3 })).toMatchObject({ online: 3, peak: 7 });
      await store.close();
    });

    test('goes on from its totals when it is opened again, by a process that begins to count anew', async () => {
      const { open } = await prepare();
      const first = await open();
      await first.record({ online: 5, browsers: 5, visits: 10, visitorSeconds: 100 });
      await first.close();
      const second = await open();
      expect(await second.record(nobody)).toMatchObject({ online: 0, peak: 5, visits: 10, visitorSeconds: 100 });
      await second.record({ online: 2, browsers: 1, visits: 2, visitorSeconds: 3 });
      await second.close();
      const third = await open();
      expect(await third.record(nobody)).toMatchObject({ online: 0, peak: 5, visits: 12, visitorSeconds: 103 });
      await third.close();
    });

    test('has no pages of other nodes if there are none, whatever pages it is told of', async () => {
      const { open } = await prepare();
      for (const _ of ['a first process', 'a second']) {
        const store = await open();
        await store.record({ ...nobody, online: 3 }, [['/a', 3]]);
        await store.record({ ...nobody, online: 2 }, [['/a', 2]]);
        const { areKnown } = store.otherPages;
        expect([areKnown, store.otherPages.online('/a'), store.otherPages.names()]).toEqual([true, 0, []]);
        await store.close();
      }
    });

    test('knows the last hour by the second, oldest first, also when it is opened again', async () => {
      const { open } = await prepare();
      const first = await open();
      const recorded: { tick: number; online: number }[] = [];
      for (const online of [5, 7]) {
        await nextTick(first);
        recorded.push({ tick: tickOf((await first.record({ ...nobody, online })).at), online });
      }
      // A node that is closed reports that its visitors are gone.
      await nextTick(first);
      await first.close();
      const second = await open();
      const seconds = (await second.recentSeconds()).map(({ at, online }) => ({ tick: tickOf(at), online }));
      expect(seconds).toEqual(expect.arrayContaining(recorded));
      expect(seconds).toEqual(seconds.toSorted((a, b) => a.tick - b.tick));
      await second.close();
    });

    test('knows the minutes of the last 24 hours, that of the last tick among them, and when the peak was', async () => {
      const { open } = await prepare();
      const store = await open();
      await nextTick(store);
      const first = await store.record({ ...nobody, online: 2, visits: 3 });
      await nextTick(store);
      const most = await store.record({ ...nobody, online: 7, visits: 8 });
      await nextTick(store);
      const last = await store.record({ ...nobody, online: 7, visits: 9 });
      const day = await readDay(store);
      expect(day.peak.online).toBe(7);
      // A fleet's time is that of Redis, which is asked before a snapshot is put together.
      expect(day.peak.at).toBeGreaterThan(first.at - 1000);
      expect(day.peak.at).toBeLessThanOrEqual(most.at);

      const { minutes } = day;
      // A minute may have ended meanwhile.
      expect(minutes.length).toBeLessThanOrEqual(2);
      const newest = minutes.at(-1);
      expect(newest?.at).toBe(last.at - (last.at % 60_000));
      expect(newest?.highest).toBe(7);
      // Nobody, where it was recorded that the store was opened.
      expect(Math.min(...minutes.map(({ lowest }) => lowest))).toBeLessThanOrEqual(2);
      expect(minutes.reduce((sum, { visits }) => sum + visits, 0)).toBe(9);
      for (const { lowest, highest, sum, ticks } of minutes) {
        expect(sum).toBeGreaterThanOrEqual(lowest * ticks);
        expect(sum).toBeLessThanOrEqual(highest * ticks);
      }
      await store.close();
    });

    test('knows them, and when the peak was, when it is opened again', async () => {
      const { open } = await prepare();
      const first = await open();
      await first.record({ ...nobody, online: 5, visits: 10 });
      const before = await readDay(first);
      await first.close();
      const second = await open();
      await second.record({ ...nobody, online: 1, visits: 2 });
      const { peak, minutes } = await readDay(second);
      expect(peak).toEqual(before.peak);
      expect(minutes[0]?.at).toBe(before.minutes[0]?.at);
      expect(Math.max(...minutes.map(({ highest }) => highest))).toBe(5);
      expect(minutes.reduce((sum, { visits }) => sum + visits, 0)).toBe(12);
      await second.close();
    });

    test.each(historyRangeNames)(
      'adds up the minutes of the last %s, and leaves gaps where there is none',
      async (range) => {
        const { everyMs, entries } = historyRanges[range];
        const { open, fill } = await prepare();
        const now = minuteOf(Date.now());
        // In place of those that are missing, some of 30 days before.
        const minutes = Array.from({ length: 43_200 - 5 }, (_, index) => now - (index + 5) * 60_000).map((at) =>
          exampleOf(isGap(at) ? at - 43_200 * 60_000 : at),
        );
        await fill(minutes);
        const store = await open();
        await store.record(nobody);
        const past = await store.past({ everyMs, entries });
        const newest = past?.entries.at(-1)?.at ?? 0;
        expect(Math.abs(newest - now)).toBeLessThanOrEqual(everyMs + 60_000);
        expect(newest % everyMs).toBe(0);

        // A minute may have begun since, and the newest entries may hold what the store has recorded itself.
        const from = newest - (entries - 1) * everyMs;
        const until = minuteOf(now - 5 * 60_000 - everyMs);
        const expected = new Map<number, Minute[]>();
        for (const minute of minutes) {
          const at = minute.at - (minute.at % everyMs);
          if (at >= from && at <= until) expected.set(at, [...(expected.get(at) ?? []), minute]);
        }
        expect(past?.entries[0]?.at).toBeGreaterThanOrEqual(from - everyMs);
        const isWithin = ({ at }: Minute) => at >= from && at <= until;
        expect(past?.entries.filter(isWithin)).toEqual(
          [...expected.keys()].toSorted((a, b) => a - b).map((at) => sumOf(at, expected.get(at) ?? [])),
        );
        expect(expected.size).toBeLessThan(entries - 60);
        expect(expected.size).toBeGreaterThan(entries / 2);
        await store.close();
      },
    );

    test('lets other work go on while it reads the last 30 days', async () => {
      const { open, fill } = await prepare();
      await fill([exampleOf(minuteOf(Date.now()))]);
      const store = await open();
      await store.record(nobody);
      let turns = 0;
      let isReading = true;
      const reading = store.past(historyRanges['30d']).finally(() => {
        isReading = false;
      });
      for (; isReading; turns++) await yieldToEventLoop();
      expect((await reading)?.entries.length).toBeGreaterThan(0);
      expect(turns).toBeGreaterThanOrEqual(30);
      await store.close();
    });
  });
}

/** A minute with figures that follow from its time. */
function exampleOf(at: number): Minute {
  const lowest = (at / 60_000) % 97;
  return { at, lowest, highest: lowest + 5, sum: 60 * lowest + 7, ticks: 60, visits: (at / 60_000) % 11 };
}

/** Two hours of each day. */
const isGap = (at: number) => at % 86_400_000 < 7_200_000;

function sumOf(at: number, minutes: Minute[]): Minute {
  const sum = (figure: 'sum' | 'ticks' | 'visits') => minutes.reduce((total, minute) => total + minute[figure], 0);
  return {
    at,
    lowest: Math.min(...minutes.map(({ lowest }) => lowest)),
    highest: Math.max(...minutes.map(({ highest }) => highest)),
    sum: sum('sum'),
    ticks: sum('ticks'),
    visits: sum('visits'),
  };
}

async function readDay(store: Store) {
  const past = await store.past(historyRanges['24h']);
  if (past === undefined) throw new Error('it cannot be read');
  return { peak: past.peak, minutes: past.entries };
}

import type { Snapshot } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import type { StreamHandlers } from '../../src/stream/environment.ts';
import { type Election, joinTabs, type Message } from '../../src/tabs/leader-election.ts';
import { maxNewcomers, maxReported } from '../../src/tabs/remember.ts';
import type { Update } from '../../src/update.ts';

const snapshot: Snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

/** One tab: its clock, the lock, the channel and the server are moved by hand. */
function createTab({
  observe = false,
  onUpdate,
}: {
  observe?: boolean;
  onUpdate?: (update: Update, tab: Election) => void;
} = {}) {
  let time = 0;
  /** The tabs that hold the lock or wait for it. */
  let queue = ['me'];
  const requests: { steal: boolean; granted: () => void; isWanted: boolean }[] = [];
  const posted: Message[] = [];
  const streams: { query: URLSearchParams; handlers: StreamHandlers; isOpen: boolean }[] = [];

  const election: Election = joinTabs(
    {
      requestLock(steal, { granted }) {
        const request = { steal, granted, isWanted: true };
        requests.push(request);
        return () => {
          request.isWanted = false;
        };
      },
      queryLock: async () => ({ holder: 'me', tabs: queue }),
      post: (message) => posted.push(message),
      isVisible: () => true,
      time: () => time,
      now: () => time,
      schedule: () => () => {},
      openStream(url, handlers) {
        const stream = { query: new URL(url).searchParams, handlers, isOpen: true };
        streams.push(stream);
        return () => {
          stream.isOpen = false;
        };
      },
      isOnline: () => true,
      random: () => 0.5,
    },
    {
      server: 'http://localhost',
      id: 'me',
      page: { tab: 'me', browser: 'abcdefgh', counted: false },
      observe,
      onUpdate: (update) => onUpdate?.(update, election),
    },
  );

  return {
    ...election,
    requests,
    posted,
    streams,
    openStreams: () => streams.filter(({ isOpen }) => isOpen),
    pass(ms: number) {
      time += ms;
    },
    /** Has other tabs open, which say hello. */
    meet(tabs: string[]) {
      queue = ['me', ...tabs];
      for (const from of tabs) election.hear({ type: 'hello', from, counted: false });
    },
    async lead() {
      requests.at(-1)?.granted();
      await settled();
    },
    /** Lets the server take each stream that is opened, until all has been said. */
    async tick() {
      let taken = 0;
      while (taken < streams.length) {
        taken = streams.length;
        if (taken > 100) throw new Error('there is no end to what is to be said');
        const { handlers } = streams[taken - 1] ?? {};
        handlers?.welcome({ tabs: 1 });
        handlers?.visitors(snapshot);
        await settled();
      }
    },
    arrivals: () => streams.reduce((sum, { query }) => sum + Number(query.get('arrivals')), 0),
  };
}

/** Waits until the lock's queue has been read. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const named = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name} ${index}`);

const live: Message = {
  type: 'update',
  update: { connection: { state: 'live' }, last: { snapshot, ageMs: 0 } },
  since: 1,
  browser: 'of another',
  reported: [],
  arriving: [],
};

describe('a tab that leads', () => {
  test('is shown the count without being in it where all observe', async () => {
    const tab = createTab({ observe: true });
    tab.meet(['a', 'b']);
    await tab.lead();
    await tab.tick();
    expect(tab.streams.map(({ query }) => `${query.get('tabs')} ${query.get('arrivals')}`)).toEqual(['0 0']);
  });

  test(`remembers ${maxNewcomers} newcomers, however many say hello`, async () => {
    const tab = createTab();
    await tab.lead();
    tab.meet(named('newcomer', 3 * maxNewcomers));
    await settled();
    await tab.tick();
    // It had reported itself before they came.
    expect(tab.arrivals()).toBe(1 + maxNewcomers);
  });

  test(`tells the next leader of the latest ${maxReported} that it has reported, and of no more`, async () => {
    const tab = createTab();
    await tab.lead();
    for (let round = 0; round < 10; round++) {
      tab.meet(named(`of round ${round}`, 60));
      await settled();
      await tab.tick();
    }
    expect(tab.arrivals()).toBe(601);
    const update = tab.posted.filter((message) => message.type === 'update');
    expect(Math.max(...update.map(({ reported }) => reported.length))).toBe(maxReported);
    expect(update.at(-1)?.reported).toEqual(expect.arrayContaining(named('of round 9', 60)));
  });
});

describe('a tab that has left', () => {
  test('says goodbye once, and takes part in nothing any more', async () => {
    const told: Update[] = [];
    const tab = createTab({ onUpdate: (update) => told.push(update) });
    await tab.lead();
    await tab.tick();
    const { length } = told;
    tab.leave();
    tab.leave();
    tab.pass(60_000);
    tab.check();
    tab.meet(['a']);
    tab.hear(live);
    await settled();
    expect(tab.posted.filter(({ type }) => type === 'bye')).toHaveLength(1);
    expect(tab.posted.at(-1)).toEqual({ type: 'bye' });
    expect(tab.requests.filter(({ isWanted }) => isWanted)).toEqual([]);
    expect(tab.openStreams()).toEqual([]);
    expect(tab.requests).toHaveLength(1);
    expect(told).toHaveLength(length);
  });

  test('takes no lead, even if it left when it was told that nothing comes', () => {
    const states: string[] = [];
    const tab = createTab({
      onUpdate({ connection }, election) {
        states.push(connection.state);
        if (connection.state === 'stale') election.leave();
      },
    });
    tab.hear(live);
    tab.pass(2400);
    tab.check();
    // Late, yet not so late that it was asleep: all is due at once.
    tab.pass(2400);
    tab.check();
    expect(states).toEqual(['live', 'stale']);
    expect(tab.requests).toMatchObject([{ steal: false, isWanted: false }]);
  });
});

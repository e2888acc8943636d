import { parseStreamQuery, type Snapshot } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { createRecent } from '../../src/dashboard/recent.ts';
import type { Claim } from '../../src/stream/claim.ts';
import { keepOpen } from '../../src/stream/keep-open.ts';
import type { OnServerEvent } from '../../src/stream/state.ts';
import { twoStreamsWithinMs } from '../../src/timing.ts';
import { aged, type Figures, type Update } from '../../src/update.ts';

const snapshot: Snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

/** What a stream depends on, with a clock that stands still until it is moved. */
function createWorld(first: Partial<Claim> = {}, historySeconds = 0) {
  let time = 1000;
  let claim: Claim = { tabs: 1, arrivals: ['tab-id-a'], page: [], watch: [], ...first };
  let timers: { dueAt: number; callback: () => void }[] = [];
  const streams: { query: URLSearchParams; url: string; onEvent: OnServerEvent; isOpen: boolean }[] = [];
  const told: Update[] = [];
  let latest: Update = { connection: { state: 'connecting' } };
  let toldAt = time;
  const recent = createRecent(historySeconds, () => time);
  const current = () => aged(latest, time - toldAt);
  const world = { isOnline: true, random: 1, lookUps: [] as string[], answer: undefined as Figures | undefined };

  const stream = keepOpen(
    {
      openStream(url, onEvent) {
        const opened = { url, query: new URL(url).searchParams, onEvent, isOpen: true };
        streams.push(opened);
        return () => {
          opened.isOpen = false;
        };
      },
      async lookUp(url) {
        world.lookUps.push(url);
        return world.answer;
      },
      now: () => time,
      schedule(callback, delayMs) {
        const timer = { dueAt: time + delayMs, callback };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
      isOnline: () => world.isOnline,
      random: () => world.random,
    },
    {
      server: 'https://visitors.example',
      browserId: 'abcdefgh',
      missingSeconds: recent.missingSeconds,
      current,
      onAcknowledged(ids) {
        claim = { ...claim, arrivals: claim.arrivals.filter((id) => !ids.includes(id)) };
      },
      // As the tabs do: each update leads to a claim.
      onUpdate(update) {
        told.push(update);
        latest = update;
        recent.learn(update);
        toldAt = time;
        stream?.keep(claim);
      },
      onDue: () => stream.keep(claim),
    },
  );
  stream.keep(claim);

  const newest = () => {
    const opened = streams.at(-1);
    if (!opened) throw new Error('no stream was opened');
    return opened;
  };
  return {
    update: current,
    stop: stream.stop,
    check: () => stream.keep(claim),
    world,
    streams,
    told,
    latest: newest,
    timers: () => timers,
    openStreams: () => streams.filter(({ isOpen }) => isOpen),
    states: () =>
      told.map(({ connection }) => connection.state).filter((state, index, all) => state !== all[index - 1]),
    change(next: Partial<Claim>) {
      claim = { ...claim, ...next };
      stream.keep(claim);
    },
    welcome(renewWithinMs = 25_000, counted = Number(newest().query.get('tabs'))) {
      newest().onEvent({ type: 'welcome', payload: { tabs: counted, renewWithinMs } });
      newest().onEvent({ type: 'visitors', payload: snapshot });
    },
    tick(count = 1) {
      const [first] = this.openStreams();
      for (let i = 0; i < count; i++) {
        this.pass(1000);
        first?.onEvent({ type: 'visitors', payload: snapshot });
      }
    },
    lose: () => newest().onEvent({ type: 'lost' }),
    refuse(status: number, reconnectInMs?: number) {
      newest().onEvent({ type: 'refused', payload: { status, detail: 'Not now.', reconnectInMs } });
    },
    /** Lets time pass as a browser does: timers run when they are due, and the page checks each second. */
    pass(ms: number, { awake = true } = {}) {
      const end = time + ms;
      while (time < end) {
        time = Math.min(time + 100, end);
        if (!awake) continue;
        const due = timers.filter(({ dueAt }) => dueAt <= time);
        timers = timers.filter(({ dueAt }) => dueAt > time);
        for (const { callback } of due) callback();
        if (time % 1000 === 0) stream.keep(claim);
      }
    },
  };
}

const arrivalsOf = ({ query }: { query: URLSearchParams }) => query.get('arrivals');

describe('a stream that is kept open', () => {
  test('asks by a URL that is new each time, and is live with the first snapshot', () => {
    const world = createWorld();
    world.world.random = 0.123;
    world.lose();
    world.pass(1000);
    expect(world.latest().url).toBe(
      'https://visitors.example/stream?browser=abcdefgh&tabs=1&arrivals=tab-id-a&refusal=event&request=123',
    );
    world.welcome();
    expect(world.states()).toEqual(['reconnecting', 'live']);
    world.world.random = 0.456;
    world.change({ tabs: 2 });
    expect(world.latest().query.get('request')).not.toBe(world.streams[0]?.query.get('request'));
  });

  test('lists arrivals until a welcome acknowledges them, and not after that', () => {
    const world = createWorld();
    for (let i = 0; i < 3; i++) {
      world.lose();
      world.pass(5000);
    }
    expect(new Set(world.streams.map(arrivalsOf))).toEqual(new Set(['tab-id-a']));
    world.welcome();
    world.change({ tabs: 2, arrivals: ['tab-id-b'] });
    expect(arrivalsOf(world.latest())).toBe('tab-id-b');
    world.welcome();
    world.change({ tabs: 1 });
    expect(arrivalsOf(world.latest())).toBeNull();
  });

  test('renews when the server says, on a tick, and closes the last stream when the next is welcomed', () => {
    const world = createWorld();
    world.welcome(25_000);
    const [first] = world.streams;
    world.tick(24);
    expect(world.streams).toHaveLength(1);
    world.tick();
    expect(world.streams).toHaveLength(2);
    world.tick();
    expect(world.openStreams()).toHaveLength(2);
    world.welcome();
    expect(first?.isOpen).toBe(false);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.states()).toEqual(['connecting', 'live']);
  });

  test('opens the next one when the tabs change; what changes meanwhile waits for the welcome', () => {
    const world = createWorld();
    world.welcome();
    world.tick();
    world.change({ tabs: 3, arrivals: ['tab-id-b', 'tab-id-c'] });
    expect(world.latest().url).toContain('&tabs=3&arrivals=tab-id-b,tab-id-c');
    world.change({ tabs: 4, arrivals: ['tab-id-b', 'tab-id-c', 'tab-id-d'] });
    expect(world.streams).toHaveLength(2);
    world.welcome();
    expect(world.latest().url).toContain('&tabs=4&arrivals=tab-id-d');
    world.welcome();
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.streams).toHaveLength(3);
  });

  test('opens two in half a second at most, however often the pages change, and the last one is right', () => {
    const world = createWorld();
    world.welcome();
    world.tick();
    const before = world.streams.length;
    for (let change = 1; change <= 40; change++) {
      world.change({ watch: [`/${change}`] });
      const [last, next] = world.openStreams();
      // The server ends the last one as soon as it has the next.
      if (next) last?.onEvent({ type: 'farewell', payload: { reason: 'replaced', reconnectInMs: 45_000 } });
      if (next) world.welcome();
      expect(world.streams.length - before).toBeLessThanOrEqual(
        2 + 2 * Math.floor((change * 100) / twoStreamsWithinMs),
      );
      world.pass(100);
    }
    world.pass(twoStreamsWithinMs);
    expect(world.latest().query.get('watch')).toBe('/40');
  });

  test.each([
    ['lost', 1000],
    ['refused', 31_000],
    ['not answered within ten seconds', 11_000],
  ])('goes on when the next one is %s, and tries again after a while', (how, delayMs) => {
    const world = createWorld();
    world.welcome(100_000);
    const [first] = world.streams;
    world.change({ tabs: 2, arrivals: ['tab-id-b'] });
    if (how === 'lost') world.lose();
    if (how === 'refused') world.refuse(503, 30_000);
    world.tick(delayMs / 1000 - 1);
    expect(world.streams).toHaveLength(2);
    world.tick();
    expect(world.streams).toHaveLength(3);
    expect(world.openStreams()).toEqual([first, world.latest()]);
    expect(arrivalsOf(world.latest())).toBe('tab-id-b');
    expect(world.states()).toEqual(['connecting', 'live']);
  });

  test('leaves it to the next one when the stream that counts ends meanwhile', () => {
    for (const end of [
      { type: 'lost' },
      { type: 'farewell', payload: { reason: 'replaced', reconnectInMs: 45_000 } },
    ] as const) {
      const world = createWorld();
      world.welcome();
      const [first] = world.streams;
      world.change({ tabs: 2 });
      first?.onEvent(end);
      expect(world.openStreams()).toEqual([world.latest()]);
      world.welcome();
      expect(world.states()).toEqual(['connecting', 'live']);
    }
  });

  test.each([
    [0, 1500],
    [1, 3500],
  ])('is closed when it breaks off, and opened anew between 1.5 s and 3.5 s later (random %f)', (random, delayMs) => {
    const world = createWorld({}, 600);
    world.welcome();
    world.world.random = random;
    world.lose();
    expect(world.openStreams()).toEqual([]);
    expect(world.told.at(-1)?.connection).toEqual({ state: 'reconnecting', inMs: delayMs });
    world.pass(delayMs - 100);
    expect(world.streams).toHaveLength(1);
    world.pass(100);
    expect(world.streams).toHaveLength(2);
    expect(arrivalsOf(world.latest())).toBeNull();
    // What was missed is asked for, and some seconds more.
    expect(Number(world.latest().query.get('history'))).toBe(Math.ceil(delayMs / 1000) + 5);
  });

  test('comes back when the server says after a farewell, and soon where another leader replaced it', () => {
    const restarted = createWorld();
    restarted.welcome();
    restarted.latest().onEvent({ type: 'farewell', payload: { reason: 'restart', reconnectInMs: 1800 } });
    restarted.pass(1700);
    expect(restarted.streams).toHaveLength(1);
    restarted.pass(100);
    expect(restarted.streams).toHaveLength(2);

    const replaced = createWorld();
    replaced.welcome();
    replaced.latest().onEvent({ type: 'farewell', payload: { reason: 'replaced', reconnectInMs: 45_000 } });
    replaced.pass(1000);
    expect(replaced.streams).toHaveLength(2);
  });

  test('tries again with growing patience while the server cannot be reached', () => {
    const world = createWorld();
    for (const patienceMs of [1000, 1500, 2300]) {
      const opened = world.streams.length;
      world.lose();
      world.pass(patienceMs - 100);
      expect(world.streams).toHaveLength(opened);
      world.pass(100);
      expect(world.streams).toHaveLength(opened + 1);
    }
    expect(world.states()).toEqual(['reconnecting']);
    world.welcome();
    expect(world.states()).toEqual(['reconnecting', 'live']);
  });

  test('says that it is refused, and goes on asking without a flicker', () => {
    const world = createWorld();
    for (const patienceMs of [31_000, 61_500, 122_300]) {
      world.refuse(403);
      expect(world.update().connection).toMatchObject({ state: 'refused', reason: 'Not now.' });
      world.pass(patienceMs);
    }
    expect(world.streams).toHaveLength(4);
    expect(world.states()).toEqual(['refused']);
  });

  test('is reconnecting, not refused, while the server is in trouble, and no sooner back than it asks for', () => {
    const world = createWorld();
    world.world.isOnline = false;
    world.refuse(503, 5000);
    expect(world.states()).toEqual(['reconnecting']);
    world.pass(2000);
    expect(world.update().connection).toEqual({ state: 'reconnecting', inMs: 4000 });
    world.pass(3900);
    expect(world.streams).toHaveLength(1);
    world.pass(100);
    expect(world.streams).toHaveLength(2);
  });

  test('asks for as many tabs as were counted last after a refusal, and for all with the next stream', () => {
    const world = createWorld({ tabs: 20, arrivals: ['tab-id-a', 'tab-id-b'] });
    world.refuse(429, 1000);
    world.pass(2000);
    expect(world.latest().url).toContain('&tabs=1&arrivals=tab-id-a&');
    world.welcome();
    expect(world.latest().url).toContain('&tabs=20&arrivals=tab-id-b&');
    world.welcome(25_000, 16);
    const opened = world.streams.length;
    world.tick(5);
    expect(world.streams).toHaveLength(opened);
    world.lose();
    world.pass(4000);
    expect(world.latest().url).toContain('&tabs=20&');
    world.refuse(429, 1000);
    world.pass(2000);
    expect(world.latest().url).toContain('&tabs=16&');
  });

  test('speaks for 64 tabs at most, which is what the server takes', () => {
    const ids = Array.from({ length: 70 }, (_, index) => `tab-id-${index}`);
    const world = createWorld({ tabs: 70, arrivals: ids });
    expect(world.latest().query.get('tabs')).toBe('64');
    expect(arrivalsOf(world.latest())?.split(',')).toEqual(ids.slice(0, 64));
    world.welcome();
    expect(arrivalsOf(world.latest())?.split(',')).toEqual(ids.slice(64));
    world.welcome();
    expect(world.streams).toHaveLength(2);
  });

  test('asks for the pages of its tabs, and tells their counts together with the snapshot', () => {
    const world = createWorld({ tabs: 2, page: ['/a', '/a', '__proto__'], watch: ['/b'] });
    expect(world.latest().url).toContain('&page=/a&page=/a&page=__proto__&watch=/b');
    world.welcome();
    expect(world.states()).toEqual(['connecting']);
    const online = JSON.parse('{"/a":2,"__proto__":1,"/b":null}');
    world.latest().onEvent({ type: 'pages', payload: { online } });
    expect(world.told.at(-1)).toMatchObject({ connection: { state: 'live' }, last: { snapshot, ageMs: 0 } });
    expect(world.told.at(-1)?.last?.pages).toBe(online);
  });

  test('opens the next one when the pages change, whose counts are those of its own snapshot', () => {
    const world = createWorld({ page: ['/a'] });
    const [first] = world.streams;
    world.welcome();
    world.tick();
    first?.onEvent({ type: 'pages', payload: { online: { '/a': 1 } } });
    world.change({ page: ['/b'] });
    expect(world.latest().query.getAll('page')).toEqual(['/b']);
    world.change({ page: ['/b'], watch: ['/a'] });
    expect(world.streams).toHaveLength(2);

    // The events of two streams may come in turn.
    const count = world.told.length;
    first?.onEvent({ type: 'visitors', payload: snapshot });
    world.welcome();
    first?.onEvent({ type: 'pages', payload: { online: { '/a': 1 } } });
    expect(world.told.slice(count).map(({ last }) => last?.pages)).not.toContainEqual({ '/b': 1 });
    world.streams[1]?.onEvent({ type: 'visitors', payload: snapshot });
    world.streams[1]?.onEvent({ type: 'pages', payload: { online: { '/b': 1 } } });
    expect(world.told.at(-1)?.last?.pages).toEqual({ '/b': 1 });
    expect(world.latest().query.getAll('watch')).toEqual(['/a']);
  });

  test('leaves out the names that do not fit, those that are only watched first, and all times of one or none', () => {
    const numbered = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => prefix + index);
    const asked = (claim: Partial<Claim>) => {
      const { query } = createWorld({ tabs: 64, ...claim }).latest();
      expect(parseStreamQuery(query).ok).toBe(true);
      return { page: query.getAll('page'), watch: query.getAll('watch') };
    };
    expect(asked({ page: numbered(70, '/p'), watch: numbered(70, '/w') })).toEqual({
      page: numbered(64, '/p'),
      watch: numbered(64, '/w'),
    });
    // Three bytes each, and nine of them in the URL.
    const long = numbered(4, '日'.repeat(40));
    expect(
      asked({ page: [...numbered(1, '/'), ...long.flatMap((name) => [name, name, name])], watch: ['/w'] }),
    ).toEqual({
      page: ['/0', ...long.slice(0, 3).flatMap((name) => [name, name, name])],
      watch: ['/w'],
    });
    const full = Array<string>(31).fill('x'.repeat(128));
    expect(asked({ page: full, watch: ['y'.repeat(128), 'z'] })).toEqual({ page: full, watch: ['y'.repeat(128)] });
  });

  test('gives no name more often than the tabs that it asks for', () => {
    const world = createWorld({ tabs: 3, page: ['/a', '/a', '/a', '/b'] });
    world.refuse(429, 1000);
    world.pass(2000);
    expect(world.latest().query.get('tabs')).toBe('1');
    expect(world.latest().query.getAll('page')).toEqual(['/a', '/b']);
    expect(
      createWorld({ tabs: 0, watch: ['/a'] })
        .latest()
        .query.getAll('watch'),
    ).toEqual(['/a']);
  });

  test('says that the device is offline, and is back as soon as it is not', () => {
    const world = createWorld();
    world.welcome();
    world.world.isOnline = false;
    world.check();
    expect(world.states().at(-1)).toBe('live');
    world.lose();
    expect(world.states().at(-1)).toBe('offline');
    world.world.isOnline = true;
    world.check();
    expect(world.streams).toHaveLength(2);
  });

  test('is stale after a silence, and given up after ten seconds', () => {
    const world = createWorld();
    world.welcome();
    world.pass(2000);
    expect(world.states().at(-1)).toBe('live');
    world.pass(1000);
    expect(world.states().at(-1)).toBe('stale');
    world.pass(7000);
    expect(world.states().at(-1)).toBe('reconnecting');
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.streams).toHaveLength(2);
  });

  test('comes back at once after a long sleep, and asks for what was missed', () => {
    const world = createWorld({}, 600);
    expect(world.latest().query.get('history')).toBe('600');
    world.welcome(2000);
    world.tick(2);
    expect(world.latest().query.get('history')).toBeNull();
    world.welcome(3_700_000);
    world.pass(20_000, { awake: false });
    world.check();
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.latest().query.get('history')).toBe('25');
  });

  test('stops for good when the server answers 204', () => {
    const world = createWorld();
    world.lose();
    world.streams[0]?.onEvent({ type: 'stopped' });
    expect(world.told.at(-1)?.connection).toMatchObject({ state: 'refused', inMs: Number.POSITIVE_INFINITY });
    world.change({ tabs: 2 });
    world.pass(600_000);
    expect(world.streams).toHaveLength(1);
  });

  test('leaves nothing open and opens nothing any more once it is stopped', () => {
    const world = createWorld();
    world.welcome();
    world.change({ tabs: 2 });
    expect(world.openStreams()).toHaveLength(2);
    world.stop();
    expect(world.openStreams()).toHaveLength(0);
    world.pass(60_000);
    expect(world.streams).toHaveLength(2);

    const waiting = createWorld();
    waiting.lose();
    expect(waiting.timers()).toHaveLength(1);
    waiting.stop();
    expect(waiting.timers()).toHaveLength(0);
  });
});

describe('a stream that stays mute', () => {
  const answered = () => new Promise<void>((resolve) => setImmediate(resolve));

  test('is made up for after five seconds by looking the count up, every 15 seconds, while it is tried again', async () => {
    const world = createWorld();
    world.world.answer = { snapshot: { ...snapshot, online: 8 } };
    world.pass(4900);
    expect(world.world.lookUps).toEqual([]);
    world.pass(100);
    await answered();
    expect(world.told.at(-1)).toMatchObject({ connection: { state: 'delayed' }, last: { snapshot: { online: 8 } } });
    world.pass(31_000);
    await answered();
    expect(world.world.lookUps).toHaveLength(3);
    expect(world.streams.length).toBeGreaterThan(2);
    expect(world.states()).toEqual(['delayed']);
    while (world.openStreams().length === 0) world.pass(100);
    world.welcome();
    expect(world.states()).toEqual(['delayed', 'live']);
  });

  test('stays in the count: each is followed by the next at once, and no look-up is sent within a second of one', async () => {
    const world = createWorld();
    world.world.answer = { snapshot };
    const openedAt = new Map(world.streams.map((stream) => [stream, 0]));
    const lookUpsAfterMs: number[] = [];
    for (let ms = 100; ms <= 60_000; ms += 100) {
      world.pass(100);
      // Timers of a busy browser run late, and then close together.
      world.check();
      await answered();
      expect(world.openStreams()).toEqual([world.latest()]);
      if (!openedAt.has(world.latest())) openedAt.set(world.latest(), ms);
      const afterMs = ms - (openedAt.get(world.latest()) ?? ms);
      if (lookUpsAfterMs.length < world.world.lookUps.length) lookUpsAfterMs.push(afterMs);
    }
    expect(openedAt.size).toBe(7);
    expect(lookUpsAfterMs.length).toBeGreaterThan(3);
    expect(Math.min(...lookUpsAfterMs)).toBeGreaterThanOrEqual(1000);
  });

  test('is looked up again where the next stream was opened before the answer', async () => {
    const world = createWorld();
    world.world.answer = { snapshot };
    world.pass(9900);
    await answered();
    world.pass(150, { awake: false });
    world.check();
    expect(world.streams).toHaveLength(2);
    world.pass(9950);
    expect(world.world.lookUps).toHaveLength(2);
    world.world.answer = { snapshot: { ...snapshot, online: 0 } };
    world.pass(50, { awake: false });
    world.check();
    expect(world.streams).toHaveLength(3);
    await answered();
    expect(world.update().last?.snapshot.online).toBe(snapshot.online);
    world.world.answer = { snapshot: { ...snapshot, online: 8 } };
    world.pass(1000);
    world.check();
    await answered();
    expect(world.world.lookUps).toHaveLength(3);
    expect(world.update().last?.snapshot.online).toBe(8);
    expect(world.states()).toEqual(['delayed']);
  });

  test('has the counts of its pages looked up, too', async () => {
    const world = createWorld({ tabs: 2, page: ['/a', '/a'], watch: ['/b'] });
    world.world.answer = { snapshot, pages: { '/a': 2, '/b': 5 } };
    world.pass(5000);
    await answered();
    expect(new URL(world.world.lookUps[0] ?? '').searchParams.getAll('page')).toEqual(['/a', '/b']);
    expect(world.told.at(-1)).toMatchObject({ connection: { state: 'delayed' }, last: { pages: { '/b': 5 } } });
  });

  test('is looked up by a URL that is new each time', () => {
    const world = createWorld();
    world.world.random = 0.123;
    world.pass(5000);
    world.world.random = 0.456;
    world.pass(16_000);
    const url = 'https://visitors.example/visitors?request=';
    expect(world.world.lookUps).toEqual([`${url}123`, `${url}456`]);
  });

  test('is reconnecting again when the server does not answer any more', async () => {
    const world = createWorld();
    world.world.answer = { snapshot };
    world.pass(5000);
    await answered();
    world.world.answer = undefined;
    world.pass(16_000);
    await answered();
    expect(world.states()).toEqual(['delayed', 'reconnecting']);
  });

  test('changes nothing by an answer that comes when it is live again', async () => {
    const world = createWorld();
    world.world.answer = { snapshot: { ...snapshot, online: 8 } };
    world.pass(5000);
    world.welcome();
    await answered();
    expect(world.told.at(-1)).toMatchObject({ connection: { state: 'live' }, last: { snapshot: { online: 3 } } });
  });
});

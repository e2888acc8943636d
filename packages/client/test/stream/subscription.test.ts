import type { Snapshot } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import type { StreamHandlers } from '../../src/stream/environment.ts';
import { createRecent, type Recent } from '../../src/stream/recent.ts';
import { type Subscription, subscribe } from '../../src/stream/subscription.ts';
import { createReports, type Tabs } from '../../src/tabs/roster.ts';
import type { Update } from '../../src/update.ts';

const snapshot: Snapshot = { online: 3, browsers: 2, visits: 41, peak: 9, visitorSeconds: 5310, at: 1_790_000_000_000 };

/** The world outside a subscription, with a clock that stands still until it is moved. */
function createWorld(newcomers = ['a'], total = newcomers.length, recent?: Recent) {
  let time = 1000;
  let timers: { dueAt: number; callback: () => void }[] = [];
  const streams: { url: string; handlers: StreamHandlers; open: boolean }[] = [];
  const states: string[] = [];
  const told: Update[] = [];
  const world = { online: true, whenTold: () => {} };

  let tabs: Tabs = { total, newcomers };
  const subscription: Subscription = subscribe(
    {
      openStream(url, handlers) {
        const stream = { url, handlers, open: true };
        streams.push(stream);
        return () => {
          stream.open = false;
        };
      },
      now: () => time,
      schedule(callback, delayMs) {
        const timer = { dueAt: time + delayMs, callback };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
      isOnline: () => world.online,
      random: () => 1,
    },
    {
      server: 'https://visitors.example',
      browser: 'abcdefgh',
      tabs,
      reports: createReports(),
      recent,
      onUpdate(update) {
        const { connection } = update;
        told.push(update);
        // The first update may come while the subscription is still being made.
        if (streams.length > 0) subscription.setTabs(tabs);
        if (connection.state !== (states.at(-1) ?? 'connecting')) states.push(connection.state);
        world.whenTold();
      },
    },
  );

  return {
    ...subscription,
    setTabs(next: Tabs) {
      tabs = next;
      subscription.setTabs(tabs);
    },
    world,
    streams,
    states,
    told,
    timers: () => timers,
    openStreams: () => streams.filter(({ open }) => open),
    latest() {
      const stream = streams.at(-1);
      if (!stream) throw new Error('no stream was opened');
      return stream;
    },
    /** Lets the browser give up the newest stream, as it does on any answer but 200. */
    fail() {
      const stream = this.latest();
      stream.open = false;
      stream.handlers.failed();
    },
    /** Lets the server refuse the newest stream. The browser would bring it back, unless it is closed. */
    refuse(status: number, reconnectInMs?: number) {
      this.latest().handlers.refused({ status, detail: 'Not now.', reconnectInMs });
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
        if (time % 1000 === 0) subscription.check();
      }
    },
  };
}

/** Welcomes the newest stream and gives it a first snapshot, as the server does. */
function welcome({ latest }: ReturnType<typeof createWorld>, renewWithinMs = 50_000) {
  latest().handlers.welcome({ tabs: 1, renewWithinMs });
  latest().handlers.visitors(snapshot);
}

describe('a subscription', () => {
  test('opens one stream and is live with the first snapshot', () => {
    const world = createWorld();
    expect(world.latest().url).toBe('https://visitors.example/stream?browser=abcdefgh&tabs=1&arrivals=1&refusal=event');
    welcome(world);
    expect(world.states).toEqual(['live']);
    expect(world.openStreams()).toHaveLength(1);
  });

  test('counts no new visit for a page that was counted before', () => {
    expect(createWorld([], 1).latest().url).toContain('&arrivals=0');
  });

  test('renews its stream on a tick, before it expires, and closes the last one when the next is welcomed', () => {
    const world = createWorld();
    welcome(world, 50_000);
    const [first] = world.streams;
    for (let i = 0; i < 39; i++) {
      world.pass(1000);
      first?.handlers.visitors(snapshot);
    }
    expect(world.streams).toHaveLength(1);
    world.pass(1000);
    first?.handlers.visitors(snapshot);
    expect(world.streams).toHaveLength(2);
    expect(world.latest().url).toContain('&arrivals=0');
    first?.handlers.visitors(snapshot);
    expect(world.openStreams()).toHaveLength(2);

    welcome(world);
    expect(first?.open).toBe(false);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.states).toEqual(['live']);
  });

  test('lives on with its stream when the next one is refused, tries again with patience, and comes back after the farewell', () => {
    const world = createWorld();
    welcome(world, 2000);
    const [first] = world.streams;
    world.pass(1600);
    first?.handlers.visitors(snapshot);
    world.fail();
    expect(first?.open).toBe(true);
    first?.handlers.visitors(snapshot);
    expect(world.streams).toHaveLength(2);
    world.pass(1000);
    first?.handlers.visitors(snapshot);
    expect(world.streams).toHaveLength(3);
    world.fail();
    first?.handlers.farewell({ reason: 'expired', reconnectInMs: 700 });
    expect(world.openStreams()).toHaveLength(0);
    world.pass(700);
    welcome(world);
    expect(world.states).toEqual(['live', 'reconnecting', 'live']);
    expect(world.openStreams()).toHaveLength(1);
  });

  test('keeps the stream that the browser itself brings back while the next one is being opened', () => {
    const world = createWorld();
    welcome(world, 2000);
    const [first] = world.streams;
    world.pass(1600);
    first?.handlers.visitors(snapshot);
    first?.handlers.welcome({ tabs: 1, renewWithinMs: 10_000 });
    expect(world.openStreams()).toHaveLength(2);
    welcome(world);
    expect(world.openStreams()).toEqual([world.latest()]);
  });

  test('lives on with its stream when the next one breaks off before it is welcomed, and tries again', () => {
    const world = createWorld();
    welcome(world);
    const [first] = world.streams;
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    world.latest().handlers.dropped();
    expect(world.openStreams()).toEqual([first]);
    world.pass(1000);
    first?.handlers.visitors(snapshot);
    expect(world.latest().url).toContain('&tabs=2&arrivals=1');
    welcome(world);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.streams).toHaveLength(3);
    expect(world.states).toEqual(['live']);
  });

  test('gives up a next stream that is not welcomed within ten seconds, and lives on with the last one until it tries again', () => {
    const world = createWorld();
    welcome(world);
    const [first] = world.streams;
    const tick = () => {
      world.pass(1000);
      first?.handlers.visitors(snapshot);
    };
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    const next = world.latest();
    for (let i = 0; i < 9; i++) tick();
    expect(world.openStreams()).toEqual([first, next]);
    tick();
    expect(world.openStreams()).toEqual([first]);
    tick();
    expect(world.openStreams()).toEqual([first, world.latest()]);
    // The server may have counted the arrival, and its answer be held back on the way.
    expect(world.latest().url).toContain('&tabs=2&arrivals=0');
    expect(world.streams).toHaveLength(3);
    expect(world.states).toEqual(['live']);
  });

  test('reports nobody twice when its answers are held back on the way', () => {
    const world = createWorld();
    world.pass(60_000);
    expect(world.streams.length).toBeGreaterThan(5);
    const arrivals = world.streams.map(({ url }) => new URL(url).searchParams.get('arrivals'));
    expect(arrivals).toEqual(['1', ...arrivals.slice(1).map(() => '0')]);
  });

  test('has its arrivals still to report when the server could not be reached', () => {
    const world = createWorld();
    world.latest().handlers.dropped();
    expect(world.states).toEqual(['reconnecting']);
    expect(world.openStreams()).toHaveLength(0);
    world.pass(1000);
    expect(world.streams).toHaveLength(2);
    expect(world.latest().url).toContain('&arrivals=1');
    welcome(world);
    world.pass(10_000);
    expect(world.latest().url).toContain('&arrivals=0');
  });

  test('opens the next stream when the tabs change, with those that are new as arrivals', () => {
    const world = createWorld();
    welcome(world);
    world.setTabs({ total: 1, newcomers: ['a'] });
    expect(world.streams).toHaveLength(1);
    world.setTabs({ total: 3, newcomers: ['a', 'b', 'c'] });
    expect(world.latest().url).toContain('&tabs=3&arrivals=2');
    // What changes meanwhile waits for the welcome.
    world.setTabs({ total: 3, newcomers: ['a', 'c', 'd'] });
    expect(world.streams).toHaveLength(2);
    welcome(world);
    expect(world.latest().url).toContain('&tabs=3&arrivals=1');
    welcome(world);
    world.setTabs({ total: 2, newcomers: ['a', 'c'] });
    expect(world.latest().url).toContain('&tabs=2&arrivals=0');
    welcome(world);
    // One that comes back is no new visit.
    world.setTabs({ total: 3, newcomers: ['a', 'b', 'c'] });
    expect(world.latest().url).toContain('&tabs=3&arrivals=0');
    welcome(world);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.states).toEqual(['live']);
  });

  test('speaks for 64 tabs at most, which is what the server takes', () => {
    const tabs = Array.from({ length: 70 }, (_, index) => `tab ${index}`);
    const world = createWorld(tabs);
    expect(world.latest().url).toContain('&tabs=64&arrivals=64');
    welcome(world);
    expect(world.latest().url).toContain('&tabs=64&arrivals=6');
    welcome(world);
    expect(world.streams).toHaveLength(2);
  });

  test('shows no trouble when the server ends the stream whose place has been taken', () => {
    const world = createWorld();
    welcome(world);
    const [first] = world.streams;
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    first?.handlers.dropped();
    expect(first?.open).toBe(false);
    welcome(world);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.states).toEqual(['live']);
  });

  test('comes back when the server says after a farewell, as no new visit', () => {
    const world = createWorld();
    welcome(world);
    world.latest().handlers.farewell({ reason: 'restart', reconnectInMs: 1800 });
    expect(world.openStreams()).toHaveLength(0);
    world.pass(1700);
    expect(world.streams).toHaveLength(1);
    world.pass(100);
    expect(world.streams).toHaveLength(2);
    expect(world.latest().url).toContain('&arrivals=0');
  });

  test('leaves it to the browser to bring back a stream that dropped', () => {
    const world = createWorld();
    welcome(world);
    world.latest().handlers.dropped();
    expect(world.states).toEqual(['live', 'reconnecting']);
    welcome(world);
    expect(world.states).toEqual(['live', 'reconnecting', 'live']);
    expect(world.streams).toHaveLength(1);
  });

  test('says once that it is lost, however often the browser fails to bring it back', () => {
    const world = createWorld();
    welcome(world);
    const { length } = world.told;
    for (let i = 0; i < 3; i++) world.latest().handlers.dropped();
    expect(world.told.slice(length).map(({ connection }) => connection.state)).toEqual(['reconnecting']);
  });

  test('tries again with growing patience when the browser gives up', () => {
    const world = createWorld();
    for (const patienceMs of [1000, 1500, 2300]) {
      const opened = world.streams.length;
      world.fail();
      world.pass(patienceMs - 100);
      expect(world.streams).toHaveLength(opened);
      world.pass(100);
      expect(world.streams).toHaveLength(opened + 1);
    }
    // Nobody was counted yet, so that the arrival is still to be reported.
    expect(world.latest().url).toContain('&arrivals=1');
    expect(world.states).toEqual(['reconnecting']);
    welcome(world);
    expect(world.states).toEqual(['reconnecting', 'live']);
  });

  test('is no sooner back than a server in trouble asks for', () => {
    const world = createWorld();
    world.refuse(503, 5000);
    expect(world.states).toEqual(['reconnecting']);
    expect(world.openStreams()).toHaveLength(0);
    // And later by the backoff, as all others were asked the same.
    world.pass(5900);
    expect(world.streams).toHaveLength(1);
    world.pass(100);
    expect(world.streams).toHaveLength(2);
  });

  test('does not take the device for offline when the server has just spoken', () => {
    const refused = createWorld();
    refused.world.online = false;
    refused.refuse(503, 5000);
    expect(refused.states).toEqual(['reconnecting']);

    const ended = createWorld();
    welcome(ended);
    ended.world.online = false;
    ended.latest().handlers.farewell({ reason: 'restart', reconnectInMs: 1800 });
    expect(ended.states).toEqual(['live', 'reconnecting']);
  });

  test('says that it is refused, and goes on asking without a flicker', () => {
    const world = createWorld();
    for (const patienceMs of [31_000, 61_500, 122_250]) {
      world.refuse(403);
      expect(world.update().connection).toEqual({
        state: 'refused',
        reason: 'Not now.',
        status: 403,
        inMs: patienceMs,
      });
      expect(world.openStreams()).toHaveLength(0);
      world.pass(patienceMs);
    }
    expect(world.streams).toHaveLength(4);
    // Nobody was counted yet, so that the arrival is still to be reported.
    expect(world.latest().url).toContain('&arrivals=1');
    expect(world.states).toEqual(['refused']);
    welcome(world);
    expect(world.states).toEqual(['refused', 'live']);
  });

  test('lives on with its stream when the server refuses the next one, and asks again when it may', () => {
    const world = createWorld();
    welcome(world);
    const [first] = world.streams;
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    world.refuse(429, 30_000);
    for (let i = 0; i < 30; i++) {
      expect(world.openStreams()).toEqual([first]);
      world.pass(1000);
      first?.handlers.visitors(snapshot);
    }
    expect(world.streams).toHaveLength(2);
    world.pass(1000);
    first?.handlers.visitors(snapshot);
    expect(world.latest().url).toContain('&tabs=2&arrivals=1');
    welcome(world);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.states).toEqual(['live']);
  });

  test('lets a stream go that the browser brought back and the server then refused, once another is on its way', () => {
    const world = createWorld();
    welcome(world);
    const [first] = world.streams;
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    first?.handlers.refused({ status: 403, detail: 'Not now.' });
    expect(first?.open).toBe(false);
    welcome(world);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.states).toEqual(['live']);
  });

  test('says how long it waits before the next try', () => {
    const world = createWorld();
    welcome(world);
    world.latest().handlers.dropped();
    expect(world.update().connection).toEqual({ state: 'reconnecting', inMs: 0 });
    world.refuse(503, 5000);
    expect(world.told.at(-1)?.connection).toEqual({ state: 'reconnecting', inMs: 6000 });
    world.pass(2000);
    expect(world.update().connection).toEqual({ state: 'reconnecting', inMs: 4000 });
    world.pass(4000);
    expect(world.update().connection).toEqual({ state: 'reconnecting', inMs: 0 });
  });

  test('asks for history where somebody wants it: all at first, what was missed on a return, none on a renewal', () => {
    const world = createWorld(['a'], 1, createRecent(600));
    const asked = () => new URL(world.latest().url).searchParams.get('history');
    expect(asked()).toBe('600');
    const past = { everyMs: 1000, endsAt: snapshot.at - 1000, online: [1, 2] };
    world.latest().handlers.welcome({ tabs: 1, renewWithinMs: 2000, history: past });
    expect(world.told.at(-1)?.past).toEqual(past);
    world.latest().handlers.visitors(snapshot);
    expect(world.told.at(-1)?.past).toBeUndefined();
    world.pass(2000);
    world.latest().handlers.visitors(snapshot);
    expect(world.streams).toHaveLength(2);
    expect(asked()).toBeNull();

    welcome(world);
    world.pass(20_000, { awake: false });
    world.check();
    expect(world.streams).toHaveLength(3);
    expect(asked()).toBe('25');
  });

  test('asks on a renewal for what was missed since its stream dropped, and keeps what that brings when it is back', () => {
    const world = createWorld(['a'], 1, createRecent(600));
    welcome(world);
    const [first] = world.streams;
    first?.handlers.dropped();
    world.pass(5000);
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    expect(new URL(world.latest().url).searchParams.get('history')).toBe('10');
    const past = { everyMs: 1000, endsAt: snapshot.at + 5000, online: [1, 2, 3, 4, 5] };
    first?.handlers.welcome({ tabs: 1, renewWithinMs: 50_000, history: past });
    expect(world.told.at(-1)?.past).toEqual(past);
  });

  test('is stale after a silence, and gives up a stream that stays silent', () => {
    const world = createWorld();
    welcome(world);
    world.pass(2000);
    expect(world.states).toEqual(['live']);
    world.pass(1000);
    expect(world.states).toEqual(['live', 'stale']);
    world.pass(7000);
    expect(world.states).toEqual(['live', 'stale', 'reconnecting']);
    expect(world.openStreams()).toEqual([world.latest()]);
    expect(world.streams).toHaveLength(2);
  });

  test('comes back at once when it wakes up from a long sleep', () => {
    const world = createWorld();
    welcome(world);
    world.pass(3_600_000, { awake: false });
    world.check();
    expect(world.streams).toHaveLength(2);
    expect(world.openStreams()).toHaveLength(1);
  });

  test('takes up a try that slept past its time, and not one before its time', () => {
    const world = createWorld();
    welcome(world);
    world.latest().handlers.farewell({ reason: 'restart', reconnectInMs: 2000 });
    world.pass(1000, { awake: false });
    world.check();
    expect(world.streams).toHaveLength(1);
    world.pass(1000, { awake: false });
    world.check();
    expect(world.streams).toHaveLength(2);
    world.pass(5000);
    expect(world.streams).toHaveLength(2);
  });

  test('says that the device is offline, and is back as soon as it is not', () => {
    const world = createWorld();
    welcome(world);
    world.world.online = false;
    world.check();
    expect(world.states).toEqual(['live']);
    world.fail();
    expect(world.states).toEqual(['live', 'offline']);
    world.world.online = true;
    world.check();
    expect(world.streams).toHaveLength(2);
  });

  test('leaves no stream open and opens no other once it has left', () => {
    const world = createWorld();
    welcome(world, 2000);
    world.pass(1600);
    world.streams[0]?.handlers.visitors(snapshot);
    expect(world.openStreams()).toHaveLength(2);
    world.leave();
    expect(world.openStreams()).toHaveLength(0);
    world.pass(60_000);
    expect(world.streams).toHaveLength(2);

    const waiting = createWorld();
    waiting.fail();
    expect(waiting.timers()).toHaveLength(1);
    waiting.leave();
    expect(waiting.timers()).toHaveLength(0);
    waiting.pass(60_000);
    expect(waiting.streams).toHaveLength(1);
  });

  test('opens no stream for tabs that are gone as soon as they hear that they are to be reported', () => {
    const world = createWorld();
    welcome(world);
    world.world.whenTold = world.leave;
    world.setTabs({ total: 2, newcomers: ['a', 'b'] });
    expect(world.streams).toHaveLength(1);
    expect(world.openStreams()).toHaveLength(0);
  });
});

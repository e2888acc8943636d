import type { Snapshot } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import type { StreamHandlers } from '../../src/stream/environment.ts';
import { createRecent } from '../../src/stream/recent.ts';
import { maxReported } from '../../src/tabs/remember.ts';
import { createSharedWorkerHost } from '../../src/tabs/shared-worker-host.ts';
import type { Update } from '../../src/update.ts';

/** A worker's host with a clock that is moved by hand, and the one server stream that it should have. */
function createWorker() {
  let time = 0;
  const streams: { query: URLSearchParams; handlers: StreamHandlers; open: boolean }[] = [];
  const host = createSharedWorkerHost(
    {
      openStream(url, handlers) {
        const stream = { query: new URL(url).searchParams, handlers, open: true };
        streams.push(stream);
        return () => {
          stream.open = false;
        };
      },
      now: () => time,
      schedule: () => () => {},
      isOnline: () => true,
      random: () => 0.5,
    },
    { server: 'http://localhost', browser: 'abcdefgh', recent: createRecent(600) },
  );

  const latest = () => {
    const stream = streams.at(-1);
    if (!stream) throw new Error('no stream was opened');
    return stream;
  };

  return {
    host,
    streams,
    latest,
    openStreams: () => streams.filter(({ open }) => open),
    /** What the newest stream says of the tabs, once it is welcomed. */
    reported() {
      for (let last = latest(); ; last = latest()) {
        last.handlers.welcome({ tabs: 1 });
        if (last === latest()) break;
      }
      const { query } = latest();
      return {
        tabs: Number(query.get('tabs')),
        arrivals: streams.reduce((sum, s) => sum + Number(s.query.get('arrivals')), 0),
      };
    },
    pass(ms: number) {
      time += ms;
    },
    /** One second of ticks. */
    tick(online = 1) {
      time += 1000;
      const snapshot: Snapshot = { online, browsers: 1, visits: 0, peak: 0, visitorSeconds: 0, at: time };
      latest().handlers.visitors(snapshot);
      host.check();
    },
    openTab(tab: string, { counted = false, answers = true } = {}) {
      const update: Update[] = [];
      const page = { answers, counted };
      const tell = (told: Update, nowCounted: boolean) => {
        update.push(told);
        if (!page.answers) return;
        page.counted = nowCounted;
        say('heard');
      };
      const say = (type: 'hello' | 'heard' | 'bye') => host.hear({ type, tab, counted: page.counted }, tell);
      say('hello');
      return { update, page, hello: () => say('hello'), heard: () => say('heard'), bye: () => say('bye') };
    },
  };
}

describe('the host of a shared worker', () => {
  test('holds one stream for all tabs, each of them counted and one visit', () => {
    const { openTab, reported, openStreams, tick } = createWorker();
    const tabs = Array.from({ length: 14 }, (_, index) => openTab(`tab ${index}`));
    expect(reported()).toEqual({ tabs: 14, arrivals: 14 });
    expect(openStreams()).toHaveLength(1);
    tick(14);
    for (const { update } of tabs) expect(update.at(-1)?.last?.snapshot.online).toBe(14);
  });

  test('counts a tab out that says bye, and knows it again when it comes back', () => {
    const { openTab, reported } = createWorker();
    openTab('a');
    const b = openTab('b');
    expect(reported()).toEqual({ tabs: 2, arrivals: 2 });
    b.bye();
    expect(reported()).toEqual({ tabs: 1, arrivals: 2 });
    openTab('b', { counted: true });
    expect(reported()).toEqual({ tabs: 2, arrivals: 2 });
  });

  test('counts a tab out that has crashed, after three seconds without an answer', () => {
    const { openTab, reported, tick } = createWorker();
    openTab('a');
    const b = openTab('b');
    reported();
    b.page.answers = false;
    for (let i = 0; i < 3; i++) tick();
    expect(reported().tabs).toBe(2);
    tick();
    expect(reported().tabs).toBe(1);
  });

  test('takes a tab back that was busy and answers late, as no new visit', () => {
    const { openTab, reported, tick } = createWorker();
    openTab('a');
    const b = openTab('b', { answers: false });
    reported();
    for (let i = 0; i < 5; i++) tick();
    expect(reported()).toEqual({ tabs: 1, arrivals: 2 });
    b.heard();
    expect(reported()).toEqual({ tabs: 2, arrivals: 2 });
  });

  test('reports each of more tabs than it can remember once', () => {
    const { openTab, reported, streams, tick } = createWorker();
    const count = maxReported + 100;
    for (let i = 0; i < count; i++) openTab(`tab ${i}`);
    for (let i = 0; i < 30; i++) {
      reported();
      tick();
    }
    expect(reported()).toEqual({ tabs: 64, arrivals: count });
    expect(streams.length).toBeLessThan(15);
  });

  test('lets a tab know whether it was reported: not while the server refuses it', () => {
    const { openTab, latest, openStreams, pass } = createWorker();
    const a = openTab('a');
    // On its way, it may be counted before anybody hears of it.
    expect(a.page.counted).toBe(true);
    latest().handlers.refused({ status: 429, detail: 'Too many.', reconnectInMs: 1000 });
    expect(a.page.counted).toBe(false);
    expect(openStreams()).toHaveLength(0);

    // It leaves, and comes back to say itself whether it was counted.
    a.bye();
    pass(5000);
    a.hello();
    expect(latest().query.get('arrivals')).toBe('1');
    latest().handlers.welcome({ tabs: 1 });
    expect(a.page.counted).toBe(true);
    a.bye();
    a.hello();
    expect(latest().query.get('arrivals')).toBe('0');
  });

  test('tells its tabs that it lives while the server says nothing, and leaves it to the ticks while it does', () => {
    const { host, openTab, reported, tick } = createWorker();
    const { update } = openTab('a');
    update.length = 0;
    host.check();
    host.check();
    expect(update.map(({ connection }) => connection.state)).toEqual(['connecting', 'connecting']);
    reported();
    tick();
    update.length = 0;
    host.check();
    expect(update).toEqual([]);
  });

  test('tells a tab that comes later what was online before it', () => {
    const { openTab, reported, tick } = createWorker();
    openTab('a');
    reported();
    for (const online of [1, 5, 2]) tick(online);
    const { update } = openTab('b');
    expect(update[0]?.past).toEqual({ everyMs: 1000, endsAt: 3000, online: [1, 5, 2] });
    expect(update[0]?.last?.snapshot.online).toBe(2);
  });

  test('has no stream while it has no tab', () => {
    const { openTab, openStreams } = createWorker();
    const a = openTab('a');
    const b = openTab('b');
    a.bye();
    b.bye();
    expect(openStreams()).toHaveLength(0);
    openTab('c');
    expect(openStreams()).toHaveLength(1);
  });
});

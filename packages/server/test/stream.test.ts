import { once } from 'node:events';
import { tickOf } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { systemClock } from '../src/stream/clock.ts';
import { eventually, makeFolder, openServer, openSocket, openStream } from './helpers/support.ts';

describe('GET /stream', () => {
  test('is answered as an event stream that no cache, proxy or origin holds up', async () => {
    const { url } = await openServer();
    const { response } = await openStream(`${url}/stream`);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(response.headers.get('Cache-Control')).toBe('no-store, no-transform');
    expect(response.headers.get('X-Accel-Buffering')).toBe('no');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  test('begins with a welcome and a snapshot in which the newcomer is counted', async () => {
    const { url } = await openServer();
    const stream = await openStream(`${url}/stream?tabs=3`);
    await stream.first('visitors');
    const [welcome, first] = stream.events;
    expect(welcome).toEqual({ name: 'welcome', payload: { tabs: 3 }, id: undefined });
    expect(first?.payload).toMatchObject({ online: 3, browsers: 1, visits: 0, peak: 0, visitorSeconds: 0 });
  });

  test('brings a snapshot each second, with the time of its tick as the last event ID', async () => {
    const { url } = await openServer();
    const stream = await openStream(`${url}/stream`);
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThanOrEqual(5));
    const ticks = stream.of('visitors').slice(1);
    for (const { id, payload } of ticks) expect(id).toBe(String(payload.at));
    expect(ticks[0]?.payload).toMatchObject({ online: 1, browsers: 1, visits: 1, peak: 1 });
    const [first, , , fourth] = ticks.map(({ payload }) => payload);
    if (!first || !fourth) throw new Error('four ticks must have come');
    // On a busy machine the first may be late, by less than a second.
    expect(fourth.at - first.at).toBeGreaterThan(2000);
    expect(fourth.visitorSeconds).toBeGreaterThan(first.visitorSeconds);
  });

  test('never lets the last event ID go back, even where the clock is set back', async () => {
    let setBackMs = 0;
    const store = new SqliteStore({ dataDir: makeFolder(), now: () => Date.now() - setBackMs });
    const { url, snapshot } = await openServer({}, { store });
    const watcher = await openStream(`${url}/stream`);
    await eventually(() => expect(watcher.of('visitors').length).toBeGreaterThan(1));
    const tickAt = () => Number(watcher.of('visitors').at(-1)?.payload.at);
    // In the middle between two ticks.
    await eventually(async () => expect((await snapshot()).at - tickAt()).toBeGreaterThan(300));
    const stream = await openStream(`${url}/stream`);
    await stream.first('visitors');
    setBackMs = 60_000;
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(2));
    const ids = stream.of('visitors').map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });

  test('counts a closed stream out at once', async () => {
    const { url, snapshot } = await openServer();
    const staying = await openStream(`${url}/stream`);
    const leaving = await openStream(`${url}/stream?tabs=4`);
    expect((await leaving.first('visitors')).payload).toMatchObject({ online: 5, browsers: 2 });
    await eventually(async () => expect((await snapshot()).peak).toBe(5));
    await leaving.close();
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 1, browsers: 1 }));
    await eventually(() => {
      expect(staying.of('visitors').at(-1)?.payload).toMatchObject({ online: 1, browsers: 1, visits: 5, peak: 5 });
    });
  });

  test('counts no visit for a stream that returns', async () => {
    const { url, snapshot } = await openServer();
    const first = await openStream(`${url}/stream?tabs=2`);
    await eventually(async () => expect((await snapshot()).visits).toBe(2));
    await first.close();
    await openStream(`${url}/stream?tabs=2`, { 'Last-Event-ID': '1790000000000' });
    await openStream(`${url}/stream?tabs=2&arrivals=tab-one1,tab-two2`, { 'Last-Event-ID': 'of another server' });
    await openStream(`${url}/stream?tabs=5&browser=abcdefgh`);
    const until = Date.now() + 1100;
    await eventually(async () => {
      const { at, online, visits } = await snapshot();
      expect(at).toBeGreaterThan(until);
      expect({ online, visits }).toEqual({ online: 9, visits: 2 });
    });
  });

  test('counts the id of a tab as one visit, however often it is sent, by whichever browser', async () => {
    const { url, snapshot } = await openServer();
    for (const browser of ['abcdefgh', 'abcdefgh', 'abcdefgi']) {
      const { first } = await openStream(`${url}/stream?browser=${browser}&tabs=2&arrivals=tab-one1,tab-two2`);
      await first('welcome');
    }
    await openStream(`${url}/stream?browser=abcdefgi&tabs=3&arrivals=tab-two2,tab-new3`);
    const until = Date.now() + 1100;
    await eventually(async () => {
      const { at, online, visits } = await snapshot();
      expect(at).toBeGreaterThan(until);
      expect({ online, visits }).toEqual({ online: 5, visits: 3 });
    });
  });

  test('takes an empty last event ID for none: an event source that has one sends no header', async () => {
    const { url, snapshot } = await openServer();
    await openStream(`${url}/stream?tabs=3`, { 'Last-Event-ID': '' });
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 3, visits: 3 }));
  });

  test('lets the newest stream of a browser take the place of the last one, and ends that with a farewell', async () => {
    const { url, snapshot } = await openServer();
    const watcher = await openStream(`${url}/stream`);
    const last = await openStream(`${url}/stream?browser=abcdefgh&tabs=2&arrivals=tab-one1,tab-two2`);
    const newest = await openStream(`${url}/stream?browser=abcdefgh&tabs=3&arrivals=tab-two2,tab-new3`);
    expect((await newest.first('visitors')).payload).toMatchObject({ online: 4, browsers: 2 });
    await eventually(() => expect(last.ended()).toBe(true));
    expect((await last.first('farewell')).payload.reason).toBe('replaced');
    // An `EventSource` with the same id that nobody closes must not take the place back at once.
    expect(last.reconnectionTimeMs()).toBeGreaterThanOrEqual(30_000);
    expect(newest.ended()).toBe(false);
    await eventually(() => {
      expect(watcher.of('visitors').at(-1)?.payload).toMatchObject({ online: 4, browsers: 2, visits: 4, peak: 4 });
    });
    expect(await snapshot()).toMatchObject({ online: 4, browsers: 2 });
  });

  test('keeps the places of the other tabs for a moment when a shared stream breaks off, and gives them to the next', async () => {
    let heldAt: number | undefined = systemClock.elapsed();
    const clock = { ...systemClock, elapsed: () => heldAt ?? systemClock.elapsed() };
    const { url, snapshot } = await openServer({}, { clock });
    const ids = Array.from({ length: 14 }, (_, index) => `the-tab-${index}`);
    const leader = await openStream(`${url}/stream?browser=abcdefgh&tabs=14&arrivals=${ids}`);
    await leader.first('visitors');
    await leader.close();
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 13, browsers: 1 }));
    const successor = await openStream(`${url}/stream?browser=abcdefgh&tabs=13`);
    expect((await successor.first('visitors')).payload).toMatchObject({ online: 13, browsers: 1 });
    heldAt = undefined;
    // Longer than the places are kept: they belong to the successor now.
    await eventually(() => expect(successor.of('visitors').length).toBeGreaterThan(3));
    expect(successor.of('visitors').map(({ payload }) => payload.online)).not.toContain(0);
    expect(await snapshot()).toMatchObject({ online: 13, browsers: 1, visits: 14 });

    await successor.close();
    await eventually(async () => expect(await snapshot()).toMatchObject({ online: 0, browsers: 0 }));
  });

  test('tells only a stream with a browser id when to renew, each at its own time', async () => {
    const { url } = await openServer();
    const renewals = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const stream = await openStream(`${url}/stream?browser=browser-${i}`);
      const { renewWithinMs } = (await stream.first('welcome')).payload;
      if (renewWithinMs === undefined) throw new Error('it does not say when');
      expect(renewWithinMs).toBeGreaterThanOrEqual(21_000);
      expect(renewWithinMs).toBeLessThanOrEqual(27_600);
      renewals.add(renewWithinMs);
    }
    expect(renewals.size).toBeGreaterThan(4);
    const bare = await openStream(`${url}/stream`);
    expect((await bare.first('welcome')).payload).not.toHaveProperty('renewWithinMs');
  });

  test('gives streams reconnection times of their own', async () => {
    const { url } = await openServer();
    const times = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const stream = await openStream(`${url}/stream`);
      await stream.first('visitors');
      const time = stream.reconnectionTimeMs();
      expect(time).toBeGreaterThanOrEqual(1500);
      expect(time).toBeLessThanOrEqual(3500);
      times.add(Number(time));
    }
    expect(times.size).toBeGreaterThan(4);
  });

  test('brings history when it is asked for, and to a returning stream what it missed', async () => {
    const { url } = await openServer();
    const early = await openStream(`${url}/stream?tabs=2`);
    await eventually(() => expect(early.of('visitors').length).toBeGreaterThanOrEqual(4));
    const [first, second] = early.of('visitors').slice(1);
    const historyOf = async (query: string, lastEventId?: string) => {
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      const stream = await openStream(`${url}/stream?tabs=0&history=${query}`, headers);
      return (await stream.first('welcome')).payload.history;
    };
    // On a busy machine, a second may have no tick.
    const known = (history: Awaited<ReturnType<typeof historyOf>>) =>
      new Set(history?.online.filter((n) => n !== null));

    const asked = await historyOf('2');
    expect([asked?.everyMs, known(asked)]).toEqual([1000, new Set([2])]);
    expect(asked?.online.length).toBeLessThanOrEqual(2);

    const missed = await historyOf('3600', first?.id);
    expect(known(missed)).toEqual(new Set([2]));
    const beganAt = Number(missed?.endsAt) - 1000 * (Number(missed?.online.length) - 1);
    expect(tickOf(beganAt)).toBe(tickOf(Number(second?.payload.at)));

    const bare = await openStream(`${url}/stream`);
    expect((await bare.first('welcome')).payload).not.toHaveProperty('history');
  });

  test('answers HEAD with the headers and counts nobody', async () => {
    const { url, snapshot } = await openServer();
    const response = await fetch(`${url}/stream`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    expect(await snapshot()).toMatchObject({ online: 0, visits: 0 });
  });
});

describe('GET /visitors', () => {
  test('is the snapshot as JSON, never cached', async () => {
    const { url } = await openServer();
    await openStream(`${url}/stream?tabs=2`);
    const response = await fetch(`${url}/visitors`);
    expect(response.headers.get('Content-Type')).toContain('application/json');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const { at, ...figures } = (await response.json()) as Record<string, number>;
    expect(Object.keys(figures)).toEqual(['online', 'browsers', 'visits', 'peak', 'visitorSeconds']);
    expect(figures).toMatchObject({ online: 2, browsers: 1 });
    expect(Math.abs(Number(at) - Date.now())).toBeLessThan(10_000);
  });
});

describe('stopping', () => {
  test('does not wait for connections on which no request came', async () => {
    const { port, close } = await openServer();
    const { socket, closed } = openSocket(port, '');
    await once(socket, 'connect');
    await close();
    await eventually(() => expect(closed()).toBe(true));
  });

  test('records the visits of the last moment', async () => {
    const { url, close, dataDir } = await openServer();
    for (let i = 0; i < 5; i++) await (await openStream(`${url}/stream`)).first('visitors');
    await close();
    const store = new SqliteStore({ dataDir, now: Date.now });
    expect(store.export().visits).toBe(5);
    await store.close();
  });

  test('keeps the history of the last hour for the next start', async () => {
    const first = await openServer();
    const stream = await openStream(`${first.url}/stream?tabs=3`);
    await eventually(() => expect(stream.of('visitors').some(({ payload }) => payload.online === 3)).toBe(true));
    await eventually(() => expect(stream.of('visitors').length).toBeGreaterThan(2));
    await first.close();
    const { url } = await openServer({}, { dataDir: first.dataDir });
    const { history } = (await (await openStream(`${url}/stream?history=60`)).first('welcome')).payload;
    expect(history?.online).toContain(3);
    expect(Math.abs(Number(history?.endsAt) - Date.now())).toBeLessThan(10_000);
  });

  test('sends every stream a farewell and ends it', async () => {
    const { url, close } = await openServer();
    const streams = await Promise.all([1, 2, 3].map(() => openStream(`${url}/stream`)));
    await close();
    for (const stream of streams) {
      await eventually(() => expect(stream.ended()).toBe(true));
      const last = stream.events.at(-1);
      if (last?.name !== 'farewell') throw new Error('the last event must be the farewell');
      expect(last.payload.reason).toBe('restart');
      expect(last.payload.reconnectInMs).toBeGreaterThanOrEqual(500);
      expect(last.payload.reconnectInMs).toBeLessThanOrEqual(2500);
    }
  });
});

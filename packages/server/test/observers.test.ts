import { describe, expect, test } from 'vitest';
import { eventually, openServer, openStream } from './helpers/support.ts';

describe('an observer', () => {
  test('is shown the figures each second, and counted in none', async () => {
    const { url, snapshot, metric } = await openServer();
    const observer = await openStream(`${url}/stream?tabs=0&history=60`);
    const nobody = { online: 0, browsers: 0, visits: 0, peak: 0, visitorSeconds: 0 };
    expect((await observer.first('visitors')).payload).toMatchObject(nobody);
    await eventually(() => expect(observer.of('visitors').length).toBeGreaterThan(2));
    expect(observer.of('visitors').at(-1)?.payload).toMatchObject(nobody);

    await openStream(`${url}/stream?tabs=3`);
    await eventually(() => {
      const shown = observer.of('visitors').at(-1)?.payload;
      expect(shown).toMatchObject({ online: 3, browsers: 1, visits: 3, peak: 3 });
      expect(shown?.visitorSeconds).toBeGreaterThanOrEqual(3);
    });
    expect(await snapshot()).toMatchObject({ online: 3, browsers: 1, visits: 3 });
    expect(await metric('live_visitors_streams')).toBe(2);
    expect(await metric('live_visitors_tabs')).toBe(3);
    expect(await metric('live_visitors_drift')).toBe(0);
  });

  test('becomes a visitor when its browser opens a tab, and an observer again when it closes it', async () => {
    const { url, snapshot, metric } = await openServer();
    const browser = `${url}/stream?browser=abcdefgh`;
    const observer = await openStream(`${browser}&tabs=0`);
    await observer.first('visitors');
    const visitor = await openStream(`${browser}&tabs=1&arrivals=tab-one1`);
    expect((await visitor.first('visitors')).payload).toMatchObject({ online: 1, browsers: 1 });
    await eventually(() => expect(observer.ended()).toBe(true));
    await eventually(async () => expect((await snapshot()).visits).toBe(1));

    const again = await openStream(`${browser}&tabs=0`);
    expect((await again.first('visitors')).payload).toMatchObject({ online: 0, browsers: 0 });
    await eventually(() => expect(visitor.ended()).toBe(true));
    expect(await snapshot()).toMatchObject({ online: 0, browsers: 0, visits: 1 });
    expect(await metric('live_visitors_streams')).toBe(1);
    expect(await metric('live_visitors_drift')).toBe(0);
    expect((await again.first('welcome')).payload.renewWithinMs).toBeGreaterThan(0);
  });

  test('leaves no places to keptPlaces, and takes those that a tab of its browser has left', async () => {
    const { url, snapshot, metric } = await openServer();
    const observer = await openStream(`${url}/stream?browser=abcdefgh&tabs=0`);
    await observer.first('visitors');
    await observer.close();
    await eventually(async () => expect(await metric('live_visitors_streams')).toBe(0));
    expect(await snapshot()).toMatchObject({ online: 0, browsers: 0 });
    expect(await metric('live_visitors_drift')).toBe(0);

    const visitor = await openStream(`${url}/stream?browser=abcdefgh&tabs=3`);
    await visitor.first('visitors');
    await visitor.close();
    await eventually(async () => expect(await metric('live_visitors_streams')).toBe(0));
    const successor = await openStream(`${url}/stream?browser=abcdefgh&tabs=0`);
    expect((await successor.first('visitors')).payload).toMatchObject({ online: 0, browsers: 0 });
    expect(await metric('live_visitors_drift')).toBe(0);
  });

  test('takes the room of a stream, but of no tab', async () => {
    const { url, metric } = await openServer({ MAX_STREAMS_PER_ADDRESS: '3' });
    await openStream(`${url}/stream?tabs=64`);
    expect((await fetch(`${url}/stream?tabs=1`)).status).toBe(429);
    await openStream(`${url}/stream?tabs=0`);
    await openStream(`${url}/stream?tabs=0`);
    const refused = await fetch(`${url}/stream?tabs=0`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('30');
    expect(await metric('live_visitors_streams')).toBe(3);
  });

  test('has no arrivals', async () => {
    const { url } = await openServer();
    const response = await fetch(`${url}/stream?tabs=0&arrivals=tab-one1`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail:
        '"arrivals" must be at most 0 ids, as many as "tabs", separated by commas, each of 8 to 22 characters of A-Z a-z 0-9 _ -, but is "tab-one1".',
    });
  });

  test('gets farewell like every other stream', async () => {
    const { url, close } = await openServer();
    const observer = await openStream(`${url}/stream?tabs=0`);
    await observer.first('visitors');
    await close();
    await eventually(() => expect(observer.ended()).toBe(true));
    expect(observer.of('farewell')).toHaveLength(1);
  });
});

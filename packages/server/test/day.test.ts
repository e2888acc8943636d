import { gunzipSync } from 'node:zlib';
import { readDayHistory } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { layOutDay } from '../src/history/day.ts';
import type { Minute } from '../src/history/minutes.ts';
import { readProblem } from './helpers/problem.ts';
import { sendRaw } from './helpers/raw-request.ts';
import { eventually, openLostStore, openServer, openStream } from './helpers/support.ts';

const start = Date.UTC(2026, 0, 1);
const peak = { online: 9, at: start };

function minute(n: number, figures: Partial<Minute> = {}): Minute {
  return { at: start + n * 60_000, lowest: 1, highest: 3, sum: 4, ticks: 2, visits: 1, ...figures };
}

function layOut(...minutes: Minute[]) {
  const history = layOutDay({ peak, minutes });
  if (history === undefined) throw new Error('there is none');
  expect(readDayHistory(history)).toEqual(history);
  return history.minutes;
}

describe('the layout of a day', () => {
  test('is none where no minute is known', () => {
    expect(layOutDay({ peak, minutes: [] })).toBeUndefined();
  });

  test('has a list of each figure, oldest first', () => {
    expect(layOutDay({ peak, minutes: [minute(0), minute(1, { lowest: 0, visits: 7 })] })).toEqual({
      peak,
      minutes: {
        everyMs: 60_000,
        endsAt: start + 60_000,
        lowest: [1, 0],
        mean: [2, 2],
        highest: [3, 3],
        visits: [1, 7],
      },
    });
  });

  test('shows a gap as a gap', () => {
    const { endsAt, lowest, mean, highest, visits } = layOut(minute(0), minute(3));
    expect(endsAt).toBe(start + 180_000);
    expect([lowest, mean, highest, visits]).toEqual([
      [1, null, null, 1],
      [2, null, null, 2],
      [3, null, null, 3],
      [1, null, null, 1],
    ]);
  });

  test('holds no more than 24 hours, those before the last minute', () => {
    const days = Array.from({ length: 3000 }, (_, n) => minute(n, { visits: n }));
    const { visits, endsAt } = layOut(...days);
    expect([visits.length, visits[0], visits.at(-1), endsAt]).toEqual([1440, 1560, 2999, start + 2999 * 60_000]);
    const longGap = layOut(minute(0), minute(1_000_000));
    expect(longGap.visits).toEqual([...Array(1439).fill(null), 1]);
  });

  test('rounds the mean to two decimals, and gives none for a minute without a tick', () => {
    const { mean, highest } = layOut(minute(0, { sum: 10, ticks: 3 }), minute(1, { sum: 0, ticks: 0 }));
    expect(mean).toEqual([3.33, null]);
    expect(highest).toEqual([3, 3]);
  });

  test('says that the time of a peak is not known', () => {
    expect(layOutDay({ peak: { online: 9, at: 0 }, minutes: [minute(0)] })?.peak).toEqual({ online: 9, at: null });
  });
});

describe('GET /history', () => {
  const read = async (url: string) => {
    const history = readDayHistory(await (await fetch(`${url}/history`)).json());
    if (!history) throw new Error('the answer is no history');
    return history;
  };

  test('has the minute that is still running, and when the peak was', async () => {
    const { url, snapshot } = await openServer();
    const before = Date.now();
    await openStream(`${url}/stream?tabs=3`);
    await eventually(async () => expect((await snapshot()).peak).toBe(3));
    const { peak, minutes } = await read(url);
    expect(peak.online).toBe(3);
    expect(peak.at).toBeGreaterThanOrEqual(before);
    expect(peak.at).toBeLessThanOrEqual(Date.now());
    expect(Math.abs(minutes.endsAt - Date.now())).toBeLessThanOrEqual(65_000);
    expect(minutes.endsAt % 60_000).toBe(0);
    expect(minutes.highest.at(-1)).toBe(3);
    expect(minutes.visits.reduce((sum, visits) => Number(sum) + Number(visits), 0)).toBe(3);
  });

  test('is JSON that shared caches may keep for a moment, for scripts of other sites', async () => {
    const { url } = await openServer();
    const { status, headers } = await fetch(`${url}/history`);
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(headers.get('Cache-Control')).toBe('public, max-age=5');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  test.each([
    ['gzip, deflate, br, zstd', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['br', undefined],
    [undefined, undefined],
  ])('for Accept-Encoding: %s is sent as %s, whole whatever range is asked for', async (accepted, encoding) => {
    const { url } = await openServer();
    const accept = accepted === undefined ? {} : { 'Accept-Encoding': accepted };
    for (const range of [{}, { Range: 'bytes=0-9' }, { Range: 'bytes=0-1,4-5' }, { Range: 'bytes=99999-' }]) {
      const { status, headers, body } = await sendRaw(`${url}/history`, { ...accept, ...range });
      expect(status).toBe(200);
      expect(headers['content-encoding']).toBe(encoding);
      expect(headers['content-range']).toBeUndefined();
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
      expect(headers['content-length']).toBe(String(body.length));
      expect(headers.vary).toContain('Accept-Encoding');
      expect(readDayHistory(JSON.parse(String(encoding ? gunzipSync(body) : body)))).toBeDefined();
      const head = await sendRaw(`${url}/history`, { ...accept, ...range }, 'HEAD');
      expect(head).toMatchObject({
        status: 200,
        headers: { 'content-length': String(body.length) },
        body: Buffer.of(),
      });
    }
  });

  test('comes with 503 and when to ask again while Redis is away', async () => {
    const { url } = await openServer({}, { store: await openLostStore() });
    const response = await fetch(`${url}/history`);
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(readProblem(await response.json()).detail).toBe(
      'The history is not available right now. Try again in a moment.',
    );
  });
});

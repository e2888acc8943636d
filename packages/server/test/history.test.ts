import { gunzipSync, gzipSync } from 'node:zlib';
import { type HistoryRange, historyRanges, readRangeHistory } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { toCsv } from '../src/history/csv.ts';
import type { Minute } from '../src/history/minutes.ts';
import { layOutRange } from '../src/history/range.ts';
import { readProblem } from './helpers/problem.ts';
import { sendRaw } from './helpers/raw-request.ts';
import { eventually, openLostStore, openServer, openStream } from './helpers/support.ts';

const start = Date.UTC(2026, 0, 1);
const peak = { online: 9, at: start };

function entry(n: number, figures: Partial<Minute> = {}, everyMs = 60_000): Minute {
  return { at: start + n * everyMs, lowest: 1, highest: 3, sum: 4, ticks: 2, visits: 1, ...figures };
}

function layOut(range: HistoryRange, ...entries: Minute[]) {
  const history = layOutRange(range, { peak, entries });
  if (history === undefined) throw new Error('there is none');
  expect(readRangeHistory(history)).toEqual(history);
  return history;
}

describe('the layout of a range', () => {
  test('is none where no entry is known', () => {
    expect(layOutRange('24h', { peak, entries: [] })).toBeUndefined();
  });

  test('has a list of each figure, oldest first, and the totals of its days', () => {
    expect(layOutRange('24h', { peak, entries: [entry(0), entry(1, { lowest: 0, visits: 7 })] })).toEqual({
      range: '24h',
      peak,
      series: {
        everyMs: 60_000,
        endsAt: start + 60_000,
        lowest: [1, 0],
        mean: [2, 2],
        highest: [3, 3],
        visits: [1, 7],
      },
      days: [{ date: '2026-01-01', visits: 8, peak: 3 }],
    });
  });

  test('shows a gap as a gap', () => {
    const { endsAt, lowest, mean, highest, visits } = layOut('24h', entry(0), entry(3)).series;
    expect(endsAt).toBe(start + 180_000);
    expect([lowest, mean, highest, visits]).toEqual([
      [1, null, null, 1],
      [2, null, null, 2],
      [3, null, null, 3],
      [1, null, null, 1],
    ]);
  });

  test.each([
    ['24h', 60_000, 1440],
    ['7d', 300_000, 2016],
    ['30d', 900_000, 2880],
  ] as const)('of %s has an entry for each %d ms, at most %d of them', (range, everyMs, most) => {
    expect(most * everyMs).toBe(Number.parseInt(range, 10) * (range === '24h' ? 3_600_000 : 86_400_000));
    const all = Array.from({ length: 3000 }, (_, n) => entry(n, { visits: n }, everyMs));
    const { series } = layOut(range, ...all);
    expect([series.visits.length, series.visits[0], series.visits.at(-1)]).toEqual([most, 3000 - most, 2999]);
    expect([series.everyMs, series.endsAt]).toEqual([everyMs, start + 2999 * everyMs]);
    const longGap = layOut(range, entry(0, {}, everyMs), entry(1_000_000, {}, everyMs));
    expect(longGap.series.visits).toEqual([...Array(most - 1).fill(null), 1]);
  });

  test('rounds the mean to two decimals below 100, and gives none for a minute without a tick', () => {
    const { mean, highest } = layOut(
      '24h',
      entry(0, { sum: 10, ticks: 3 }),
      entry(1, { sum: 0, ticks: 0 }),
      entry(2, { sum: 500, ticks: 3 }),
    ).series;
    expect(mean).toEqual([3.33, null, 167]);
    expect(highest).toEqual([3, 3, 3]);
  });

  test('says that the time of a peak is not known', () => {
    expect(layOutRange('24h', { peak: { online: 9, at: 0 }, entries: [entry(0)] })?.peak).toEqual({
      online: 9,
      at: null,
    });
  });

  test.each(['24h', '7d', '30d'] as const)('of %s is under 40 kB compressed, whatever the counts', (range) => {
    const { everyMs, entries } = historyRanges[range];
    const random = () => Math.floor(Math.random() * 200_000);
    const full = Array.from({ length: entries }, (_, n) => {
      const lowest = random();
      const highest = lowest + random();
      return entry(n, { lowest, highest, sum: lowest + highest, ticks: 2, visits: random() }, everyMs);
    });
    expect(gzipSync(JSON.stringify(layOut(range, ...full))).length).toBeLessThan(40_000);
  });

  test('as CSV has a line for each entry, ended as RFC 4180 says, with empty fields where nothing was recorded', () => {
    const history = layOut('24h', entry(0, { sum: 5 }), entry(2, { lowest: 0, highest: 12, visits: 7 }));
    expect(toCsv(history)).toBe(
      'time (UTC),lowest,mean,highest,visits\r\n' +
        '2026-01-01 00:00:00,1,2.5,3,1\r\n' +
        '2026-01-01 00:01:00,,,,\r\n' +
        '2026-01-01 00:02:00,0,2,12,7\r\n',
    );
  });
});

describe('GET /history', () => {
  const read = async (url: string) => {
    const history = readRangeHistory(await (await fetch(`${url}/history`)).json());
    if (!history) throw new Error('the answer is no history');
    return history;
  };

  test('has the minute that is still running, and when the peak was', async () => {
    const { url, snapshot } = await openServer();
    const before = Date.now();
    await openStream(`${url}/stream?tabs=3`);
    await eventually(async () => expect((await snapshot()).peak).toBe(3));
    const { peak, series, days } = await read(url);
    expect(peak.online).toBe(3);
    expect(peak.at).toBeGreaterThanOrEqual(before);
    expect(peak.at).toBeLessThanOrEqual(Date.now());
    expect(Math.abs(series.endsAt - Date.now())).toBeLessThanOrEqual(65_000);
    expect(series.endsAt % 60_000).toBe(0);
    expect(series.highest.at(-1)).toBe(3);
    expect(series.visits.reduce((sum, visits) => Number(sum) + Number(visits), 0)).toBe(3);
    expect(days.at(-1)?.peak).toBe(3);
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
    ['24h', 60_000, 5],
    ['7d', 300_000, 25],
    ['30d', 900_000, 75],
  ] as const)('has a range of %s, with an entry each %d ms, cached for %d s', async (range, everyMs, maxAge) => {
    const { url } = await openServer();
    const response = await fetch(`${url}/history?range=${range}`);
    expect(response.headers.get('Cache-Control')).toBe(`public, max-age=${maxAge}`);
    expect(readRangeHistory(await response.json())).toMatchObject({ range, series: { everyMs } });
  });

  test.each(['/history', '/history.csv'])('refuses wrong ranges: %s', async (path) => {
    const { url, metric } = await openServer();
    for (const [query, detail] of [
      ['range=1y', '"range" must be one of 24h, 7d, 30d, but is "1y".'],
      ['range=', '"range" must be one of 24h, 7d, 30d, but is "".'],
      ['range=7d&range=7d', '"range" was given more than once.'],
    ]) {
      const response = await fetch(`${url}${path}?${query}`);
      expect(response.status).toBe(400);
      expect(readProblem(await response.json()).detail).toBe(detail);
    }
    expect(await metric('live_visitors_refusals_total{reason="query"}')).toBe(3);
  });

  test('is also a file for spreadsheets, under a name that says the range', async () => {
    const { url } = await openServer();
    for (const [query, range] of [
      ['', '24h'],
      ['?range=30d', '30d'],
    ]) {
      const response = await fetch(`${url}/history.csv${query}`);
      expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present');
      expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="live-visitors-${range}.csv"`);
      expect(response.headers.get('Content-Encoding')).toBe('gzip');
      const lines = (await response.text()).split('\r\n');
      expect(lines[0]).toBe('time (UTC),lowest,mean,highest,visits');
      expect(lines[1]).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:00,0,0,0,0$/);
      expect(lines.at(-1)).toBe('');
    }
    const plain = await sendRaw(`${url}/history.csv`, {});
    expect(plain.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(String(plain.body)).toMatch(/^time \(UTC\),lowest/);
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
      expect(readRangeHistory(JSON.parse(String(encoding ? gunzipSync(body) : body)))).toBeDefined();
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

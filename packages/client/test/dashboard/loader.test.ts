import { type RangeHistory, readRangeHistory } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { createLoader, requestJson } from '../../src/dashboard/loader.ts';
import { type Answer, startServer } from './server.ts';

describe('a loader', () => {
  /** Loads every minute. Each request is answered by hand. */
  function startLoader() {
    const time = { now: 0 };
    const requests: ((answer: string | undefined) => void)[] = [];
    const loaded: (string | undefined)[] = [];
    const request = () => new Promise<string | undefined>((resolve) => requests.push(resolve));
    const load = createLoader(
      request,
      60_000,
      () => time.now,
      (answer) => loaded.push(answer),
    );
    return { time, requests, loaded, load };
  }

  test('requests when it is needed, at most once in its time', async () => {
    const { time, requests, loaded, load } = startLoader();
    expect(requests).toHaveLength(0);
    void load();
    requests[0]?.('a');
    await Promise.resolve();
    for (time.now = 0; time.now < 60_000; time.now += 1000) void load();
    expect(requests).toHaveLength(1);
    void load();
    expect(requests).toHaveLength(2);
    requests[1]?.(undefined);
    await Promise.resolve();
    expect(loaded).toEqual(['a', undefined]);
  });

  test('has one request at a time, however long it takes', async () => {
    const { time, requests, load } = startLoader();
    for (time.now = 0; time.now < 600_000; time.now += 1000) void load();
    expect(requests).toHaveLength(1);
    requests[0]?.('a');
    await Promise.resolve();
    void load();
    expect(requests).toHaveLength(2);
  });

  test('waits ten seconds after a failure, whatever its time is', async () => {
    let now = 0;
    let requests = 0;
    const load = createLoader(
      async () => void requests++,
      1500,
      () => now,
      () => {},
    );
    for (now = 0; now < 10_000; now += 1000) await load();
    expect(requests).toBe(1);
    await load();
    expect(requests).toBe(2);
  });
});

describe('JSON that is requested', () => {
  const day: RangeHistory = {
    range: '24h',
    peak: { online: 9, at: null },
    series: { everyMs: 60_000, endsAt: 1_790_000_040_000, lowest: [1], mean: [1.25], highest: [4], visits: [3] },
    days: [],
  };

  test('is the answer of the server', async () => {
    const { url, asked } = await startServer((response) => response.end(JSON.stringify(day)));
    expect(await requestJson(`${url}/history`, readRangeHistory)).toEqual(day);
    expect(asked).toEqual(['/history']);
  });

  test.each<[string, Answer]>([
    ['does not have it', (response) => response.writeHead(404).end(JSON.stringify(day))],
    ['answers something else', (response) => response.end(JSON.stringify({ ...day, peak: 9 }))],
    ['does not answer with JSON', (response) => response.end('<html>')],
    ['hangs up', (response) => response.destroy()],
    // The request times out after ten seconds.
    ['does not answer', () => {}],
  ])('is undefined if the server %s', async (_, answer) => {
    const { url, asked } = await startServer(answer);
    expect(await requestJson(`${url}/history`, readRangeHistory)).toBeUndefined();
    expect(asked).toEqual(['/history']);
  });
});

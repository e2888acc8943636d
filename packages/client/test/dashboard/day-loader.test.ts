import { type DayHistory, paths } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { createDayLoader, requestDay } from '../../src/dashboard/day-loader.ts';
import { type Answer, startServer } from './server.ts';

test('the day is requested when it is needed, and not again within a minute, even if that failed', async () => {
  let now = 0;
  let requests = 0;
  const answers: (DayHistory | undefined)[] = [];
  const load = createDayLoader(
    async () => {
      requests++;
      return undefined;
    },
    () => now,
    (day) => answers.push(day),
  );
  expect(requests).toBe(0);
  for (now = 0; now < 59_000; now += 1000) load();
  expect(requests).toBe(1);
  now = 60_000;
  load();
  await Promise.resolve();
  expect(requests).toBe(2);
  expect(answers).toEqual([undefined, undefined]);
});

describe('the day that is requested', () => {
  const day: DayHistory = {
    peak: { online: 9, at: null },
    minutes: { everyMs: 60_000, endsAt: 1_790_000_040_000, lowest: [1], mean: [1.25], highest: [4], visits: [3] },
  };

  test('is the answer of the server', async () => {
    const { url, asked } = await startServer((response) => response.end(JSON.stringify(day)));
    expect(await requestDay(url)).toEqual(day);
    expect(asked).toEqual([paths.history]);
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
    expect(await requestDay(url)).toBeUndefined();
    expect(asked).toEqual([paths.history]);
  });
});

import { type DayHistory, paths } from '@live-visitors/shared';
import { describe, expect, test } from 'vitest';
import { createDayWish, readDay } from '../../src/dashboard/day-loader.ts';
import { type Answer, startServer } from './server.ts';

test('the day is read when it is wanted, and not again within a minute, even if it could not be read', async () => {
  let now = 0;
  let reads = 0;
  const answers: (DayHistory | undefined)[] = [];
  const wish = createDayWish(
    async () => {
      reads++;
      return undefined;
    },
    () => now,
    (day) => answers.push(day),
  );
  expect(reads).toBe(0);
  for (now = 0; now < 59_000; now += 1000) wish();
  expect(reads).toBe(1);
  now = 60_000;
  wish();
  await Promise.resolve();
  expect(reads).toBe(2);
  expect(answers).toEqual([undefined, undefined]);
});

describe('the day that is read', () => {
  const day: DayHistory = {
    peak: { online: 9, at: null },
    minutes: { everyMs: 60_000, endsAt: 1_790_000_040_000, lowest: [1], mean: [1.25], highest: [4], visits: [3] },
  };

  test('is what the server tells of it', async () => {
    const { url, asked } = await startServer((response) => response.end(JSON.stringify(day)));
    expect(await readDay(url)).toEqual(day);
    expect(asked).toEqual([paths.history]);
  });

  test.each<[string, Answer]>([
    ['does not tell it', (response) => response.writeHead(404).end(JSON.stringify(day))],
    ['tells something else', (response) => response.end(JSON.stringify({ ...day, peak: 9 }))],
    ['does not speak JSON', (response) => response.end('<html>')],
    ['hangs up', (response) => response.destroy()],
    // Until it is given up after ten seconds.
    ['says nothing', () => {}],
  ])('is not known of a server that %s', async (_, answer) => {
    const { url, asked } = await startServer(answer);
    expect(await readDay(url)).toBeUndefined();
    expect(asked).toEqual([paths.history]);
  });
});

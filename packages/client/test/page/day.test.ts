import type { DayHistory } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { createDayWish } from '../../src/page/day.ts';

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

import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createDayReader } from '../src/history/day-reader.ts';
import type { Day } from '../src/store/store.ts';

const day: Day = {
  peak: { online: 1, at: 60_000 },
  minutes: [{ at: 60_000, lowest: 0, highest: 1, sum: 1, ticks: 2, visits: 1 }],
};

/** A store that answers when it is told to, and a clock that goes when it is told to. */
function openSlowStore() {
  let time = 0;
  const reads: { resolve: (day: Day | undefined) => void; reject: (error: Error) => void }[] = [];
  const lastDay = () => new Promise<Day | undefined>((resolve, reject) => reads.push({ resolve, reject }));
  return {
    reads,
    pass: (ms: number) => {
      time += ms;
    },
    readDay: createDayReader({ lastDay }, () => time),
  };
}

describe('the reader of a day', () => {
  test('has one read under way at a time, however long it takes and however many ask', async () => {
    const { reads, pass, readDay } = openSlowStore();
    const asked = Array.from({ length: 1000 }, readDay);
    pass(60_000);
    asked.push(readDay());
    expect(reads).toHaveLength(1);
    reads[0]?.resolve(day);
    expect(new Set(await Promise.all(asked)).size).toBe(1);
  });

  test('compresses a day once, however many ask', async () => {
    const { reads, readDay } = openSlowStore();
    const asked = Array.from({ length: 1000 }, readDay);
    reads[0]?.resolve(day);
    const answers = await Promise.all([...asked, readDay()]);
    expect(new Set(answers.map((answer) => answer?.gzipped)).size).toBe(1);
    expect(String(gunzipSync(answers[0]?.gzipped ?? ''))).toBe(answers[0]?.json);
  });

  test('gives the same answer for 5 s, and then reads again', async () => {
    const { reads, pass, readDay } = openSlowStore();
    const first = readDay();
    reads[0]?.resolve(day);
    expect(JSON.parse((await first)?.json ?? '')).toMatchObject({ peak: day.peak, minutes: { highest: [1] } });
    pass(4999);
    expect(await readDay()).toBe(await first);
    pass(1);
    const second = readDay();
    expect(reads).toHaveLength(2);
    reads[1]?.resolve({ ...day, peak: { online: 2, at: 60_001 } });
    expect(JSON.parse((await second)?.json ?? '')).toMatchObject({ peak: { online: 2, at: 60_001 } });
  });

  test('asks a store that cannot be read no more often, nor one that fails', async () => {
    const { reads, pass, readDay } = openSlowStore();
    const away = readDay();
    reads[0]?.resolve(undefined);
    expect(await away).toBeUndefined();
    expect(await readDay()).toBeUndefined();
    pass(5000);
    const failed = readDay();
    reads[1]?.reject(new Error('the disk is gone'));
    await expect(failed).rejects.toThrow('the disk is gone');
    await expect(readDay()).rejects.toThrow('the disk is gone');
    expect(reads).toHaveLength(2);
  });

  test('knows nothing where the store knows no minute', async () => {
    const { reads, readDay } = openSlowStore();
    const answer = readDay();
    reads[0]?.resolve({ peak: { online: 0, at: 0 }, minutes: [] });
    expect(await answer).toBeUndefined();
  });
});

import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createHistoryReader, type HistoryFormat } from '../src/history/reader.ts';
import type { Past, Resolution } from '../src/store/store.ts';

const past: Past = {
  peak: { online: 1, at: 60_000 },
  entries: [{ at: 60_000, lowest: 0, highest: 1, sum: 1, ticks: 2, visits: 1 }],
};

/** A store that answers when it is told to, and a clock that goes when it is told to. */
function openSlowStore() {
  let time = 0;
  type Read = { of: Resolution; resolve: (past: Past | undefined) => void; reject: (error: Error) => void };
  const reads: Read[] = [];
  const readPast = (of: Resolution) =>
    new Promise<Past | undefined>((resolve, reject) => reads.push({ of, resolve, reject }));
  const read = createHistoryReader({ past: readPast }, () => time);
  return {
    reads,
    pass: (ms: number) => {
      time += ms;
    },
    read,
    readDay: () => read('24h', 'json'),
  };
}

describe('the reader of histories', () => {
  test('has one read under way at a time, however long it takes and however many ask', async () => {
    const { reads, pass, readDay } = openSlowStore();
    const asked = Array.from({ length: 1000 }, readDay);
    pass(60_000);
    asked.push(readDay());
    expect(reads).toHaveLength(1);
    reads[0]?.resolve(past);
    expect(new Set(await Promise.all(asked)).size).toBe(1);
  });

  test('compresses a history once, however many ask', async () => {
    const { reads, readDay } = openSlowStore();
    const asked = Array.from({ length: 1000 }, readDay);
    reads[0]?.resolve(past);
    const answers = await Promise.all([...asked, readDay()]);
    expect(new Set(answers.map((answer) => answer?.gzipped)).size).toBe(1);
    expect(String(gunzipSync(answers[0]?.gzipped ?? ''))).toBe(answers[0]?.text);
  });

  test('gives the same answer for 5 s, and then reads again', async () => {
    const { reads, pass, readDay } = openSlowStore();
    const first = readDay();
    reads[0]?.resolve(past);
    expect(JSON.parse((await first)?.text ?? '')).toMatchObject({ peak: past.peak, series: { highest: [1] } });
    pass(4999);
    expect(await readDay()).toBe(await first);
    pass(1);
    const second = readDay();
    expect(reads).toHaveLength(2);
    reads[1]?.resolve({ ...past, peak: { online: 2, at: 60_001 } });
    expect(JSON.parse((await second)?.text ?? '')).toMatchObject({ peak: { online: 2, at: 60_001 } });
  });

  test.each([
    ['24h', { everyMs: 60_000, entries: 1440 }, 5000],
    ['7d', { everyMs: 300_000, entries: 2016 }, 25_000],
    ['30d', { everyMs: 900_000, entries: 2880 }, 75_000],
  ] as const)('reads each range by itself, in each format: %s as %j for %d ms', async (range, resolution, forMs) => {
    const { reads, pass, read } = openSlowStore();
    for (const format of ['json', 'csv'] satisfies HistoryFormat[]) {
      const asked = reads.length;
      const first = read(range, format);
      expect(reads.slice(asked).map(({ of }) => of)).toEqual([resolution]);
      reads[asked]?.resolve(past);
      expect((await first)?.text).toMatch(format === 'json' ? /^\{/ : /^time/);
      pass(forMs - 1);
      expect(await read(range, format)).toBe(await first);
      pass(1);
      void read(range, format);
      expect(reads).toHaveLength(asked + 2);
      reads.at(-1)?.resolve(past);
    }
  });

  test('tries soon again after a long range could not be read', async () => {
    const { reads, pass, read } = openSlowStore();
    const away = read('30d', 'json');
    reads[0]?.resolve(undefined);
    expect(await away).toBeUndefined();
    pass(5000);
    void read('30d', 'json');
    expect(reads).toHaveLength(2);
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

  test('knows nothing where the store knows no entry', async () => {
    const { reads, readDay } = openSlowStore();
    const answer = readDay();
    reads[0]?.resolve({ peak: { online: 0, at: 0 }, entries: [] });
    expect(await answer).toBeUndefined();
  });
});

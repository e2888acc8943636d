import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { makeFolder } from './helpers/support.ts';

const program = fileURLToPath(new URL('../../live-visitors/src/totals.ts', import.meta.url));

type Ended = { code: number; output: string; errors: string };

const run = (dataDir: string, ...args: string[]) => runWith({ DATA_DIR: dataDir }, ...args);

const runWith = (variables: Record<string, string>, ...args: string[]) => runThrough([], variables, ...args);

/** Through another program and its arguments. */
function runThrough(through: string[], variables: Record<string, string>, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...variables };
    const [command = '', ...rest] = [...through, process.execPath, program, ...args];
    execFile(command, rest, { env }, (error, output, errors) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors });
    });
  });
}

describe('totals', () => {
  test('moves a counter to another machine', async () => {
    const [from, to] = [makeFolder(), makeFolder()];
    const store = new SqliteStore({ dataDir: from, now: Date.now });
    await store.record({ online: 3, browsers: 2, visits: 41, visitorSeconds: 5310 });
    const held = store.export();
    await store.close();
    const file = join(makeFolder(), 'totals.json');
    expect(await run(from, 'export', file)).toMatchObject({ code: 0, output: `Written to ${file}\n` });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(held);
    expect(await run(to, 'import', file)).toMatchObject({ code: 0, output: `Imported from ${file}\n` });
    const moved = new SqliteStore({ dataDir: to, now: Date.now });
    expect(moved.export()).toEqual(held);
    await moved.close();
  });

  test('minds only the variables that it goes by, and not those of the server', async () => {
    const dataDir = makeFolder();
    const file = join(makeFolder(), 'seed.json');
    writeFileSync(file, '{ "visits": 41, "visitorSeconds": 5310, "peak": 9 }');
    const ofServer = { PORT: 'http', MAX_STREAMS: '100000000', LOG_LEVEL: 'loud' };
    expect(await runWith({ DATA_DIR: dataDir, ...ofServer }, 'import', file)).toMatchObject({ code: 0, errors: '' });
    const redis = await runWith({ DATA_DIR: dataDir, REDIS_URL: 'http://localhost' }, 'export', `${file}.new`);
    expect(redis).toMatchObject({ code: 1, errors: expect.stringMatching(/^REDIS_URL must be /) });
  });

  test('seeds a counter with the figures of the one that a site had before', async () => {
    const dataDir = makeFolder();
    const file = join(makeFolder(), 'seed.json');
    writeFileSync(file, '{ "visits": 123456, "visitorSeconds": 0, "peak": 7 }');
    expect((await run(dataDir, 'import', file)).code).toBe(0);
    const store = new SqliteStore({ dataDir, now: Date.now });
    expect(store.export()).toEqual({ visits: 123_456, visitorSeconds: 0, peak: 7, peakAt: 0, minutes: [] });
    await store.close();
  });

  test('loses nothing: neither a file that is there nor figures that are', async () => {
    const dataDir = makeFolder();
    await new SqliteStore({ dataDir, now: Date.now }).close();
    const file = join(makeFolder(), 'totals.json');
    writeFileSync(file, '{ "visits": 1, "visitorSeconds": 2, "peak": 1 }');
    expect(await run(dataDir, 'export', file)).toMatchObject({
      code: 1,
      errors: expect.stringContaining('exists and was not changed'),
    });
    expect((await run(dataDir, 'import', file)).code).toBe(0);
    const again = await run(dataDir, 'import', file);
    expect(again).toMatchObject({ code: 1, errors: expect.stringContaining('already, which were not changed') });
  });

  const minute = { at: 1_790_000_040_000, lowest: 1, highest: 9, sum: 20, ticks: 10, visits: 1 };
  const later = { ...minute, at: minute.at + 60_000 };
  const inAnHour = Date.now() - (Date.now() % 60_000) + 3_600_000;
  const withMinutes = (...minutes: unknown[]) =>
    JSON.stringify({ visits: 41, visitorSeconds: 5310, peak: 9, peakAt: minute.at, minutes });

  test.each([
    ['no JSON', 'visits: 3', 'JSON'],
    ['a figure missing', '{ "visits": 1, "peak": 1 }', '"visitorSeconds"'],
    ['a figure below zero', '{ "visits": -1, "visitorSeconds": 2, "peak": 1 }', '"visits"'],
    [
      'a total that could not grow any more',
      '{ "visits": 9007199254740991, "visitorSeconds": 2, "peak": 1 }',
      '"visits": 9007199254740991 is above the limit of 1000000000000000.',
    ],
    [
      'a minute that would make sums inexact',
      withMinutes({ ...minute, visits: 100_000_000_001 }),
      '"minutes.0.visits": 100000000001 is above the limit of 100000000000.',
    ],
    ['a number as text', '{ "visits": "41", "visitorSeconds": 2, "peak": 1 }', '"visits"'],
    ['another encoding', Buffer.from('{ "visits": 1, "site": "café" }', 'latin1'), 'not UTF-8'],
    ['UTF-16 that nothing marks as such', Buffer.from(withMinutes(), 'utf16le'), 'JSON'],
    ['a peak in the future', withMinutes().replace(String(minute.at), String(inAnHour)), '"peakAt": '],
    [
      'a time that is no whole minute',
      withMinutes(minute, { ...later, at: later.at + 1 }, { ...later, at: 1 }),
      `"minutes.1.at": ${later.at + 1} is not the start of a minute`,
    ],
    ['a minute in the future', withMinutes({ ...minute, at: inAnHour }), '"minutes.0.at": '],
    [
      'a minute that comes twice',
      withMinutes(minute, later, minute),
      `"minutes.2.at": ${minute.at} is in the file twice`,
    ],
    ['a lowest above the highest', withMinutes({ ...minute, lowest: 10 }), '"minutes.0.lowest": 10'],
    ['a mean above the highest', withMinutes({ ...minute, sum: 91 }), '"minutes.0.sum": 91'],
    ['a mean below the lowest', withMinutes({ ...minute, sum: 9 }), '"minutes.0.sum": 9'],
    ['a peak below the highest', withMinutes(minute, { ...later, highest: 10 }), '"minutes.1.highest": 10'],
  ])('refuses a file with %s, and writes nothing', async (_, content, named) => {
    const dataDir = makeFolder();
    const file = join(makeFolder(), 'totals.json');
    writeFileSync(file, content);
    const { code, errors } = await run(dataDir, 'import', file);
    expect(code).toBe(1);
    expect(errors).toContain(named);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${withMinutes(minute, later)}`)],
    ['UTF-16, little-endian', Buffer.from(`\ufeff${withMinutes(minute, later)}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${withMinutes(minute, later)}`, 'utf16le').swap16()],
    ['UTF-8, with the newest minute first', Buffer.from(withMinutes(later, minute))],
  ])('takes a file in %s', async (_, content) => {
    const dataDir = makeFolder();
    const file = join(makeFolder(), 'totals.json');
    writeFileSync(file, content);
    expect(await run(dataDir, 'import', file)).toMatchObject({ code: 0, errors: '' });
    const store = new SqliteStore({ dataDir, now: Date.now });
    expect(store.export()).toEqual(JSON.parse(withMinutes(minute, later)));
    await store.close();
  });

  test('finds no store where there is none, and makes none', async () => {
    const dataDir = makeFolder();
    const file = join(dataDir, 'totals.json');
    expect((await run(dataDir, 'export', file)).errors).toMatch(/^There are no totals in .* Set DATA_DIR/);
    expect((await run(dataDir, 'import', file)).errors).toBe(`There is no file ${file}.\n`);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('leaves no part of a file that it cannot write', async () => {
    const [dataDir, folder] = [makeFolder(), makeFolder()];
    const [seed, file] = [join(makeFolder(), 'seed.json'), join(folder, 'totals.json')];
    const minutes = Array.from({ length: 2000 }, (_, index) => ({ ...minute, at: minute.at + index * 60_000 }));
    writeFileSync(seed, withMinutes(...minutes));
    expect(await run(dataDir, 'import', seed)).toMatchObject({ code: 0 });
    // In blocks of 512 or 1024 bytes, enough for what is written beside the file.
    const onFullDisk = ['sh', '-c', 'ulimit -f 80; exec "$@"', 'sh'];
    expect(await runThrough(onFullDisk, { DATA_DIR: dataDir }, 'export', file)).toMatchObject({
      code: 1,
      errors: `${file} cannot be written: file too large. Solve this, or name another file.\n`,
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(await run(dataDir, 'export', file)).toMatchObject({ code: 0 });
  });

  test('names the file that it cannot read or write, and why', async () => {
    const dataDir = makeFolder();
    await new SqliteStore({ dataDir, now: Date.now }).close();
    const folder = makeFolder();
    const loop = join(folder, 'loop');
    symlinkSync('loop', loop);
    const end = 'Solve this, or name another file.\n';
    expect((await run(dataDir, 'import', folder)).errors).toMatch(`${folder} cannot be read: `);
    expect((await run(dataDir, 'import', '')).errors).toMatch(`${process.cwd()} cannot be read: `);
    expect((await run(dataDir, 'import', loop)).errors).toMatch(`${loop} cannot be read: too many symbolic links`);
    const nowhere = join(folder, 'none', 'totals.json');
    expect((await run(dataDir, 'export', nowhere)).errors).toBe(
      `${nowhere} cannot be written: no such file or directory. ${end}`,
    );
    expect((await run(loop, 'export', nowhere)).errors).toMatch(/^The totals cannot be stored in .*ELOOP/);
  });

  test('says how it is used', async () => {
    for (const args of [[], ['export'], ['print', 'x'], ['export', 'a', 'b'], ['export', '-v']]) {
      expect(await run(makeFolder(), ...args)).toMatchObject({ code: 1, errors: expect.stringContaining('Usage:') });
    }
    for (const args of [['--help'], ['export', '--help']]) {
      const usage = expect.stringContaining('Usage:');
      expect(await run(makeFolder(), ...args)).toMatchObject({ code: 0, output: usage, errors: '' });
    }
  });
});

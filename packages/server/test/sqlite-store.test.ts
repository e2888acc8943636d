import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { StoreError } from '../src/store/store.ts';
import { runProgram } from './helpers/program.ts';
import { fillDisk, mountSmallDisk, whyNoMount } from './helpers/small-disk.ts';
import { describeStore } from './helpers/store-conformance.ts';
import { eventually, makeFolder, openSocket } from './helpers/support.ts';

const fileOf = (dataDir: string) => join(dataDir, 'live-visitors.db');
const nobody = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };
const open = (dataDir: string, now: () => number = Date.now) => new SqliteStore({ dataDir, now });

function refusal(dataDir: string): string {
  try {
    open(dataDir);
  } catch (error) {
    if (error instanceof StoreError) return error.message;
  }
  throw new Error('It was opened.');
}

describeStore('a file', async () => {
  const dataDir = join(makeFolder(), 'made', 'where', 'missing');
  return {
    open: async () => open(dataDir),
    fill: async (minutes) => {
      const store = open(dataDir);
      store.import({ visits: 1, visitorSeconds: 0, peak: 1000, peakAt: 0, minutes });
      await store.close();
    },
  };
});

describe('the store in a file', () => {
  test('keeps each minute of the last 30 days: fewest, mean and most online, and visits', async () => {
    const dataDir = makeFolder();
    const start = Date.UTC(2026, 0, 1);
    let time = start;
    const tick = async (store: ReturnType<typeof open>, online: number, visits: number) => {
      await store.record({ online, browsers: online, visits, visitorSeconds: 0 });
      time += 20_000;
    };
    const first = open(dataDir, () => time);
    for (const [online, visits] of [
      [4, 4],
      [2, 4],
      [6, 9],
      [1, 10],
    ] as const)
      await tick(first, online, visits);
    await first.close();
    // Stopped in the middle of the second minute, and started again in it.
    const second = open(dataDir, () => time);
    await tick(second, 3, 2);
    expect(second.export()).toMatchObject({
      visits: 12,
      peak: 6,
      peakAt: start + 40_000,
      minutes: [
        { at: start, lowest: 2, highest: 6, sum: 12, ticks: 3, visits: 9 },
        { at: start + 60_000, lowest: 1, highest: 3, sum: 4, ticks: 2, visits: 3 },
      ],
    });

    await second.close();
  });

  test('has the highest of confirmed visitors only, and figures that agree with it', async () => {
    const start = Date.UTC(2026, 0, 1);
    let time = start;
    const store = open(makeFolder(), () => time);
    await store.record({ ...nobody, online: 4, visits: 4 });
    time = start + 59_999;
    await store.record({ ...nobody, online: 9, confirmed: 1, visits: 4 });
    time = start + 60_000;
    await store.record({ ...nobody, online: 2, visits: 5 });
    const minutes = [
      { at: start, lowest: 4, highest: 4, sum: 8, ticks: 2, visits: 4 },
      { at: start + 60_000, lowest: 2, highest: 2, sum: 2, ticks: 1, visits: 1 },
    ];
    expect(store.export().minutes).toEqual(minutes);
    expect((await store.past({ everyMs: 60_000, entries: 1440 }))?.entries).toEqual(minutes);
    await store.close();
  });

  test('is written to once a minute while nobody is online, and at once when somebody comes', async () => {
    const dataDir = makeFolder();
    const start = Date.UTC(2026, 0, 1);
    const log = `${fileOf(dataDir)}-wal`;
    let time = start;
    const store = open(dataDir, () => time);
    onTestFinished(() => store.close());
    const writtenAt: number[] = [];
    const tickAt = async (second: number, online: number, visits: number) => {
      const sizeOfLog = () => (existsSync(log) ? statSync(log).size : 0);
      const before = sizeOfLog();
      time = start + second * 1000;
      await store.record({ online, browsers: online, visits, visitorSeconds: 0 });
      if (sizeOfLog() !== before) writtenAt.push(second);
    };
    const afterKill = async () => {
      const copy = join(makeFolder(), 'copy');
      cpSync(dataDir, copy, { recursive: true });
      const found = open(copy, () => time);
      const seconds = await found.recentSeconds();
      const { minutes, ...totals } = found.export();
      await found.close();
      return { seconds: seconds.map(({ online }) => online), minutes, totals };
    };

    await tickAt(0, 2, 5);
    for (let second = 1; second <= 200; second++) await tickAt(second, 0, 5);
    expect(writtenAt).toEqual([0, 60, 120, 180]);
    const quiet = { lowest: 0, highest: 0, sum: 0, ticks: 60, visits: 0 };
    expect(await afterKill()).toEqual({
      seconds: [2, ...Array(180).fill(0)],
      minutes: [
        { at: start, lowest: 0, highest: 2, sum: 2, ticks: 60, visits: 5 },
        { ...quiet, at: start + 60_000 },
        { ...quiet, at: start + 120_000 },
        { ...quiet, at: start + 180_000, ticks: 1 },
      ],
      totals: { visits: 5, visitorSeconds: 0, peak: 2, peakAt: start },
    });

    await tickAt(201, 1, 6);
    expect(writtenAt.at(-1)).toBe(201);
    const { minutes, totals } = await afterKill();
    expect(totals.visits).toBe(6);
    expect(minutes.at(-1)).toEqual({ at: start + 180_000, lowest: 0, highest: 1, sum: 1, ticks: 22, visits: 1 });
  });

  test('keeps no more than 30 days of minutes', { timeout: 120_000 }, async () => {
    const dataDir = makeFolder();
    const start = Date.UTC(2026, 0, 1);
    const minutes = Array.from({ length: 43_200 }, (_, i) => {
      return { at: start + i * 60_000, lowest: 1, highest: 1, sum: 1, ticks: 1, visits: 0 };
    });
    const store = open(dataDir, () => start + 43_200 * 60_000);
    expect(store.import({ visits: 1, visitorSeconds: 1, peak: 1, peakAt: 0, minutes })).toBe(true);
    await store.record({ online: 1, browsers: 1, visits: 0, visitorSeconds: 0 });
    const kept = store.export().minutes;
    expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([43_200, start + 60_000, start + 43_200 * 60_000]);
    await store.close();
  });

  test('looks for minutes to forget once a minute, and once for all that it takes from another', async () => {
    const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
    onTestFinished(() => prepare.mockRestore());
    const start = Date.UTC(2026, 0, 1);
    let time = start;
    const store = open(makeFolder(), () => time);
    const index = prepare.mock.calls.findIndex(([sql]) => sql.startsWith('DELETE FROM minutes'));
    const prune = vi.spyOn(prepare.mock.results[index]?.value, 'run');
    const minutes = Array.from({ length: 100 }, (_, i) => {
      return { at: start + i * 60_000, lowest: 1, highest: 1, sum: 1, ticks: 1, visits: 0 };
    });
    store.import({ visits: 1, visitorSeconds: 1, peak: 1, peakAt: 0, minutes });
    expect(prune).toHaveBeenCalledTimes(1);
    for (time = start + 100 * 60_000; time < start + 102 * 60_000; time += 10_000) {
      await store.record({ online: 1, browsers: 1, visits: 0, visitorSeconds: 0 });
    }
    expect(prune).toHaveBeenCalledTimes(3);
    await store.close();
  });

  test('keeps the seconds of the last hour only, and gives none that a wrong clock has left in the future', async () => {
    const dataDir = makeFolder();
    const start = Date.UTC(2026, 0, 1);
    let time = start;
    const store = open(dataDir, () => time);
    const tick = async (second: number, online: number) => {
      time = start + second * 1000;
      await store.record({ online, browsers: 1, visits: 0, visitorSeconds: 0 });
    };
    await tick(5000, 9);
    for (let second = 0; second <= 3600; second++) await tick(second, second % 10);
    const seconds = await store.recentSeconds();
    expect(seconds).toHaveLength(3600);
    expect(seconds[0]).toEqual({ at: start + 1000, online: 1 });
    expect(seconds.at(-1)).toEqual({ at: start + 3_600_000, online: 0 });
    await store.close();
    const file = new DatabaseSync(fileOf(dataDir));
    expect(file.prepare('SELECT count(*) AS count FROM seconds').get()?.count).toBe(3600);
    file.close();
  });

  test('gives the last 24 hours only, and no minutes that a wrong clock has left in the future', async () => {
    const dataDir = makeFolder();
    const start = Date.UTC(2026, 0, 1);
    const at = (minute: number) => ({
      at: start + minute * 60_000,
      lowest: 1,
      highest: 1,
      sum: 1,
      ticks: 1,
      visits: 0,
    });
    const store = open(dataDir, () => start + 2000 * 60_000 + 30_000);
    const minutes = [0, 559, 560, 561, 1999, 2000, 2001, 900_000].map(at);
    expect(store.import({ visits: 1, visitorSeconds: 1, peak: 1, peakAt: start, minutes })).toBe(true);
    await store.record({ online: 3, browsers: 1, visits: 4, visitorSeconds: 0 });
    const day = await store.past({ everyMs: 60_000, entries: 1440 });
    expect(day?.peak).toEqual({ online: 3, at: start + 2000 * 60_000 + 30_000 });
    expect(day?.entries).toEqual([
      at(561),
      at(1999),
      { at: start + 2000 * 60_000, lowest: 1, highest: 3, sum: 4, ticks: 2, visits: 4 },
    ]);
    await store.close();
  });

  test('is refused while this process has it already', async () => {
    const dataDir = makeFolder();
    const store = open(dataDir);
    expect(refusal(dataDir)).toMatch(/is already open in this process\. /);
    await store.close();
    await open(dataDir).close();
  });

  test.each([
    ['is no database', (file: string) => writeFileSync(file, 'My holiday in Recife. '.repeat(500))],
    [
      'is the database of another program',
      (file: string) => {
        const other = new DatabaseSync(file);
        other.exec('CREATE TABLE recipes (name TEXT)');
        other.close();
      },
    ],
  ])('refuses a file that %s, and leaves it as it is', (_, write) => {
    const dataDir = makeFolder();
    write(fileOf(dataDir));
    const before = readFileSync(fileOf(dataDir));
    expect(refusal(dataDir)).toMatch(/was not created by this program and was not changed\. Set DATA_DIR/);
    expect(readFileSync(fileOf(dataDir)).equals(before)).toBe(true);
  });

  test('refuses a file of a newer version, and leaves it as it is', async () => {
    const dataDir = makeFolder();
    await open(dataDir).close();
    const newer = new DatabaseSync(fileOf(dataDir));
    newer.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 99');
    newer.close();
    const before = readFileSync(fileOf(dataDir));
    expect(refusal(dataDir)).toMatch(/newer version .* set DATA_DIR/);
    expect(readFileSync(fileOf(dataDir)).equals(before)).toBe(true);
  });

  describe('that was killed', () => {
    /** A folder as a program leaves it that is killed: the newest is in the log only. */
    async function kill(write: (file: string) => Promise<() => void> | (() => void)): Promise<string> {
      const [dataDir, killed] = [makeFolder(), makeFolder()];
      const close = await write(fileOf(dataDir));
      cpSync(dataDir, killed, { recursive: true });
      close();
      expect(statSync(`${fileOf(killed)}-wal`).size).toBeGreaterThan(0);
      return killed;
    }
    const killStore = () =>
      kill(async (file) => {
        const store = open(dirname(file));
        await store.record({ ...nobody, visits: 42 });
        return () => void store.close();
      });
    const killOther = (change: string, prepare?: string) =>
      kill((file) => {
        if (prepare !== undefined) cpSync(prepare, dirname(file), { recursive: true });
        const database = new DatabaseSync(file);
        database.exec(`PRAGMA journal_mode = WAL; ${change}`);
        return () => database.close();
      });

    test('has what is in its log', async () => {
      const dataDir = await killStore();
      const store = open(dataDir);
      expect(store.export()).toMatchObject({ visits: 42 });
      await store.close();
      expect(readdirSync(dataDir)).toEqual(['live-visitors.db']);
    });

    test.each([
      ['is empty', /is missing or empty, .* was not changed/, killStore, (file: string) => truncateSync(file)],
      ['is gone', /is missing or empty, .* was not changed/, killStore, (file: string) => rmSync(file)],
      [
        'is damaged',
        /is damaged and was not changed/,
        killStore,
        (file: string) => writeFileSync(file, readFileSync(file).fill(255, 4096)),
      ],
      ['is cut off', /was not changed/, killStore, (file: string) => truncateSync(file, 600)],
      ['is of another program', /not created by this program/, () => killOther('CREATE TABLE recipes (name TEXT)')],
      ['is of a newer version', /newer version/, async () => killOther('PRAGMA user_version = 99', await killStore())],
    ] satisfies [string, RegExp, () => Promise<string>, ((file: string) => void)?][])(
      'is refused if it %s, and both its files are left as they are',
      async (_, message, make, damage?: (file: string) => void) => {
        const dataDir = await make();
        damage?.(fileOf(dataDir));
        const read = () =>
          [fileOf(dataDir), `${fileOf(dataDir)}-wal`].map(
            (file) => existsSync(file) && readFileSync(file).toString('hex'),
          );
        const before = read();
        expect(refusal(dataDir)).toMatch(message);
        expect(read()).toEqual(before);
      },
    );
  });

  test('is refused, in a sentence, if it holds a number that no import accepts', async () => {
    const dataDir = makeFolder();
    await open(dataDir).close();
    const database = new DatabaseSync(fileOf(dataDir));
    database.exec('UPDATE totals SET visits = 9007199254740992');
    database.close();
    expect(refusal(dataDir)).toMatch(/^The totals cannot be stored in ".*" \(DATA_DIR\): .*9007199254740992/);
  });

  test('creates its folder, and those that it is in', async () => {
    const dataDir = join(makeFolder(), 'var', 'lib', 'data');
    await open(dataDir).close();
    expect(existsSync(fileOf(dataDir))).toBe(true);
  });

  test('cannot be opened in a folder that cannot be created, and says why', () => {
    const file = join(makeFolder(), 'file');
    writeFileSync(file, '');
    expect(refusal(file)).toMatch(/^The totals cannot be stored in ".*" \(DATA_DIR\): EEXIST.* Set DATA_DIR/);
    expect(refusal(join(file, 'data'))).toMatch(
      /^The totals cannot be stored in ".*" \(DATA_DIR\): ENOTDIR.* Set DATA_DIR/,
    );
  });

  test('imports the totals of another store, but not if it has some already', async () => {
    const totals = { visits: 41, visitorSeconds: 5310, peak: 9, peakAt: 1_790_000_000_000 };
    const minutes = [{ at: Date.now() - (Date.now() % 60_000), lowest: 1, highest: 2, sum: 3, ticks: 2, visits: 1 }];
    const dataDir = makeFolder();
    const store = open(dataDir);
    expect(store.import({ ...totals, minutes })).toBe(true);
    expect(store.export()).toEqual({ ...totals, minutes });
    expect(store.import({ ...totals, visits: 1, minutes: [] })).toBe(false);
    await store.close();
    const again = open(dataDir);
    expect(await again.record({ online: 1, browsers: 1, visits: 1, visitorSeconds: 1 })).toMatchObject({
      visits: 42,
      visitorSeconds: 5311,
      peak: 9,
    });
    await again.close();
  });
});

/** Starts the program on a folder and kills it at a random moment, 25 times. Returns the highest totals that it showed. */
async function killRepeatedly(dataDir: string) {
  const shown = { visits: 0, visitorSeconds: 0, peak: 0 };
  for (let kills = 0; kills < 25; kills++) {
    const { child, exited, url } = runProgram({ PORT: '0', DATA_DIR: dataDir });
    const port = Number(new URL(await url()).port);
    const streams = Array.from({ length: 1 + (kills % 4) }, (_, i) =>
      openSocket(port, `GET /stream?tabs=${1 + i + (kills % 7)} HTTP/1.1\r\nHost: x\r\n\r\n`),
    );
    const snapshots = () =>
      streams.flatMap(({ received }) =>
        [...received().matchAll(/^data: (\{"online".*\})$/gm)].map(([, json = '']) => JSON.parse(json) as typeof shown),
      );
    await eventually(() => expect(snapshots().length).toBeGreaterThanOrEqual(streams.length));
    for (const name of ['visits', 'visitorSeconds', 'peak'] as const) {
      expect(Math.min(...snapshots().map((snapshot) => snapshot[name]))).toBeGreaterThanOrEqual(shown[name]);
    }

    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1200));
    if (Math.random() < 0.5) streams[0]?.socket.destroy();
    child.kill('SIGKILL');
    await exited;
    await eventually(() => expect(streams.every(({ closed }) => closed())).toBe(true));
    for (const snapshot of snapshots()) {
      for (const name of ['visits', 'visitorSeconds', 'peak'] as const) {
        shown[name] = Math.max(shown[name], snapshot[name]);
      }
    }
  }
  return shown;
}

describe('the program', () => {
  test('ends with exit code 1 and one sentence where the store cannot be had', async () => {
    const dataDir = makeFolder();
    writeFileSync(fileOf(dataDir), 'no database'.repeat(100));
    const { exited, errors } = runProgram({ PORT: '0', DATA_DIR: dataDir });
    expect(await exited).toBe(1);
    expect(errors()).toMatch(/^\/.* Set DATA_DIR to another folder\.\n$/);
  });

  test.runIf(existsSync('/proc/self'))(
    'ends, too, where the system says of a new folder that it does not exist',
    async () => {
      const { exited, errors } = runProgram({ PORT: '0', DATA_DIR: '/proc/visitors/data' });
      expect(await exited).toBe(1);
      expect(errors()).toMatch(
        /^The totals cannot be stored in "\/proc\/visitors\/data" \(DATA_DIR\): ENOENT.* Set DATA_DIR to a folder .*\n$/,
      );
    },
  );

  test('shows no figure that is lost when it is killed, and finds its file whole, 100 times', {
    timeout: 400_000,
  }, async () => {
    // Four side by side, each with a file of its own: most of the time is spent waiting.
    const lanes = await Promise.all(Array.from({ length: 4 }, () => makeFolder()).map(killRepeatedly));
    const sum = (name: 'visits' | 'visitorSeconds') => lanes.reduce((total, shown) => total + shown[name], 0);
    expect(sum('visits')).toBeGreaterThan(50);
    expect(sum('visitorSeconds')).toBeGreaterThan(50);
  });
});

const missing = whyNoMount();
describe.skipIf(missing)(`on a full disk${missing ? ` (${missing})` : ''}`, () => {
  test('the program does not start, and says why', async () => {
    const folder = mountSmallDisk();
    fillDisk(folder);
    const { exited, errors } = runProgram({ PORT: '0', DATA_DIR: folder });
    expect(await exited).toBe(1);
    expect(errors()).toMatch(
      /^The totals cannot be stored in ".*full.* Set DATA_DIR to a folder with free space, .*\n$/,
    );
  });

  test('the store goes on for as long as it can use the space of its log again', async () => {
    const dataDir = mountSmallDisk();
    const store = open(dataDir);
    let visits = 0;
    const record = () => store.record({ ...nobody, online: 1, visits: ++visits });
    while (statSync(`${fileOf(dataDir)}-wal`).size < 200_000) await record();
    fillDisk(dataDir);
    for (let tick = 0; tick < 20; tick++) {
      await record();
      expect(store.trouble()).toBeUndefined();
    }
    await store.close();
    expect(open(dataDir).export()).toMatchObject({ visits });
  });

  test('the program goes on, says so everywhere, and writes what it kept when there is room again', {
    timeout: 200_000,
  }, async () => {
    const folder = mountSmallDisk();
    const first = runProgram({ PORT: '0', DATA_DIR: folder });
    const url = await first.url();
    const text = async (path: string) => (await fetch(url + path)).text();
    // While nothing is in the log yet: its space would be used again, until a minute ends.
    const filler = fillDisk(folder);
    const stream = openSocket(Number(new URL(url).port), 'GET /stream?tabs=3 HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(stream.received()).toContain('"visits":3'));
    await eventually(async () => expect(await text('/readyz')).toContain('cannot be recorded'), 100_000);
    expect(await text('/metrics')).toContain('\nlive_visitors_store_trouble 1\n');
    const ticks = stream.received().split('event: visitors').length;
    await eventually(() => expect(stream.received().split('event: visitors').length).toBeGreaterThan(ticks + 2));
    openSocket(Number(new URL(url).port), 'GET /stream?tabs=5 HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(stream.received()).toContain('"visits":8'));
    // What is kept in memory is shown with what is written.
    await eventually(async () => {
      const { peak, series } = JSON.parse(await text('/history'));
      expect([peak.online, Math.max(...series.highest)]).toEqual([8, 8]);
      expect(series.visits.reduce((sum: number, visits: number | null) => sum + (visits ?? 0), 0)).toBe(8);
    });

    rmSync(filler);
    await eventually(async () => expect(await text('/readyz')).toBe('ok\n'));
    expect(await text('/metrics')).toContain('\nlive_visitors_store_trouble 0\n');
    expect(first.output()).toContain('totals cannot be recorded');
    expect(first.output()).toContain('totals are being recorded again');
    first.child.kill('SIGKILL');
    await first.exited;
    const second = runProgram({ PORT: '0', DATA_DIR: folder });
    expect(await (await fetch(`${await second.url()}/visitors`)).json()).toMatchObject({ visits: 8, peak: 8 });
  });
});

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { StoreError, StoreInUseError } from '../src/store/store.ts';
import { runProgram } from './helpers/program.ts';
import { fillDisk, mountSmallDisk, whyNoMount } from './helpers/small-disk.ts';
import { eventually, makeFolder, openSocket } from './helpers/support.ts';

const minuteMs = 60_000;
const start = Date.UTC(2026, 0, 1);
const now = start + 100 * minuteMs + 30_000;
const minuteAt = (at: number) => ({ at, lowest: 1, highest: 9, sum: 20, ticks: 10, visits: 1 });
const oldMinutes = Array.from({ length: 100 }, (_, i) => minuteAt(start + i * minuteMs));

const fileIn = (dataDir: string) => join(dataDir, 'live-visitors.db');
const open = (dataDir: string) => new SqliteStore({ dataDir, now: () => now });
const counts = (visits: number, online = 2) => ({ online, browsers: online, visits, visitorSeconds: visits });

/** Runs commands as an operator does. A process of its own also leaves this one's locks alone. */
const run = (cwd: string, command: string) => execFileSync('sh', ['-ec', command], { cwd, encoding: 'utf8' });

/** A folder with a database that has a history, and a peak of 9 at the start. */
function makeStore(visits: number): string {
  const parent = makeFolder();
  const store = open(join(parent, 'data'));
  store.import({ visits, visitorSeconds: visits, peak: 9, peakAt: start, minutes: oldMinutes });
  store.close();
  return parent;
}

/** A server's open store with 41 visits, one of them from this run, and beside it a backup with 7. */
async function openStore(visits = 40) {
  const parent = makeStore(visits);
  const dataDir = join(parent, 'data');
  const backup = fileIn(join(makeStore(7), 'data'));
  run(parent, `cp ${backup} backup.db`);
  const store = open(dataDir);
  onTestFinished(() => store.close());
  await store.record(counts(1));
  return { parent, dataDir, file: fileIn(dataDir), backup: join(parent, 'backup.db'), store };
}

/** What a server finds that is started after this one was killed now. */
function afterKill(parent: string) {
  const copy = makeFolder();
  run(parent, `cp -rL data ${copy}`);
  const store = open(join(copy, 'data'));
  const found = store.export();
  store.close();
  return found;
}

async function secondsAfterKill(parent: string) {
  const copy = makeFolder();
  run(parent, `cp -rL data ${copy}`);
  const store = open(join(copy, 'data'));
  const seconds = await store.recentSeconds();
  await store.close();
  return seconds;
}

describe.each([
  ['the folder is deleted', 'rm -rf data'],
  ['the file is deleted', 'rm data/live-visitors.db'],
  ['all files are deleted', 'rm data/*'],
  ['the folder is moved away', 'mv data away'],
])('when %s', (_, command) => {
  test('everything is written to a new file at the next tick', async () => {
    const { parent, file, store } = await openStore();
    run(parent, command);
    expect(await store.record(counts(2))).toMatchObject({ visits: 42, peak: 9 });
    expect(store.trouble()).toMatch(/was deleted or moved .* creates the file again/);
    expect(existsSync(file)).toBe(false);
    expect(await store.record(counts(3))).toMatchObject({ visits: 43, peak: 9 });
    expect(store.trouble()).toBeUndefined();

    const lastMinute = { at: start + 100 * minuteMs, lowest: 2, highest: 2, sum: 6, ticks: 3, visits: 3 };
    const all = { visits: 43, visitorSeconds: 43, peak: 9, peakAt: start, minutes: [...oldMinutes, lastMinute] };
    expect(afterKill(parent)).toEqual(all);
    await store.close();
    expect(afterKill(parent)).toEqual(all);
    expect(await secondsAfterKill(parent)).toEqual([{ at: now, online: 2 }]);
  });

  test('a server that is stopped at once loses nothing', async () => {
    const { parent, store } = await openStore();
    run(parent, command);
    await store.record(counts(2));
    await store.close();
    expect(store.trouble()).toBeUndefined();
    expect(afterKill(parent)).toMatchObject({ visits: 42, peak: 9, peakAt: start });
  });
});

test('a folder that is moved away has all figures, and may come back', async () => {
  const { parent, store } = await openStore();
  run(parent, 'mv data away');
  await store.record(counts(2));
  run(parent, 'mv away data');
  await store.record(counts(3));
  expect(store.trouble()).toBeUndefined();
  expect(afterKill(parent)).toMatchObject({ visits: 43 });
  run(parent, 'mv data away');
  await store.record(counts(4));
  await store.record(counts(5));
  run(parent, 'mkdir copy; cp -r away copy/data');
  expect(afterKill(join(parent, 'copy'))).toMatchObject({ visits: 43 });
});

test('a write-ahead log that is deleted is created anew, and nothing is lost', async () => {
  const { parent, store } = await openStore();
  run(parent, 'rm data/live-visitors.db-wal');
  await store.record(counts(2));
  expect(store.trouble()).toMatch(/-wal was deleted .* Nothing is lost/);
  expect(afterKill(parent)).toMatchObject({ visits: 42, minutes: { length: 101 } });
  await store.record(counts(3));
  expect(store.trouble()).toBeUndefined();
  expect(afterKill(parent)).toMatchObject({ visits: 43 });
});

// Of a file that was overwritten in place, the minutes before that are gone.
describe.each([
  ['renamed over the file', 'mv backup.db data/live-visitors.db', 5],
  ['copied over the file', 'cp backup.db data/live-visitors.db', 4],
  ['copied over the file with its times', 'touch -d 2020-01-01 backup.db; cp -p backup.db data/live-visitors.db', 4],
  ['copied after the file was deleted', 'rm data/*; cp backup.db data/live-visitors.db', 5],
  ['swapped in with its folder', 'mv data away; mkdir data; mv backup.db data/live-visitors.db', 5],
])('when a backup is %s', (_, command, visitsOfMinute) => {
  const restore = async () => {
    const store = await openStore();
    const bytes = readFileSync(store.backup);
    run(store.parent, command);
    expect(await store.store.record(counts(2))).toMatchObject({ visits: 42, peak: 9 });
    expect(store.store.trouble()).toMatch(/replaced or overwritten .* stop the server, put the backup in place again/);
    return { ...store, bytes };
  };

  test('it is left as it is, and the next start finds it', async () => {
    const { parent, file, store, bytes } = await restore();
    expect(afterKill(parent)).toMatchObject({ visits: 7, minutes: { length: 100 } });
    expect(await store.record(counts(3, 12))).toMatchObject({ visits: 43, peak: 12 });
    await store.close();
    expect(store.trouble()).toMatch(/replaced or overwritten/);
    expect(run(parent, 'ls data')).toBe('live-visitors.db\n');
    expect(readFileSync(file)).toEqual(bytes);
    expect(afterKill(parent)).toMatchObject({ visits: 7 });
  });

  test('the totals go on in memory, and are written to a new file once it is moved away', async () => {
    const { parent, store } = await restore();
    await store.record(counts(3, 12));
    expect((await store.past({ everyMs: 60_000, entries: 1440 }))?.peak).toEqual({ online: 12, at: now });
    run(parent, 'mv data/live-visitors.db restored.db');
    await store.record(counts(4));
    await store.record(counts(5));
    expect(store.trouble()).toBeUndefined();
    const found = afterKill(parent);
    expect(found).toMatchObject({ visits: 45, peak: 12, peakAt: now });
    expect(found.minutes.at(-1)).toMatchObject({ highest: 12, visits: visitsOfMinute });
  });
});

test('a backup and its log that are copied over both files are left as they are', async () => {
  const { parent, file, store } = await openStore();
  const other = await openStore(70);
  run(other.parent, `cp data/live-visitors.db data/live-visitors.db-wal ${parent}`);
  run(parent, 'cp live-visitors.db live-visitors.db-wal data');
  const bytes = ['', '-wal'].map((end) => readFileSync(join(parent, `live-visitors.db${end}`)));
  await store.record(counts(2));
  expect(store.trouble()).toMatch(/replaced or overwritten/);
  await store.close();
  expect(['', '-wal'].map((end) => readFileSync(file + end))).toEqual(bytes);
});

test('a log that is renamed over ours is left as it is, and our file has all figures', async () => {
  const { parent, file, store } = await openStore();
  writeFileSync(join(parent, 'other-wal'), 'the log of another');
  run(parent, 'mv other-wal data/live-visitors.db-wal');
  await store.record(counts(2));
  expect(store.trouble()).toMatch(/replaced or overwritten/);
  await store.close();
  expect(readFileSync(`${file}-wal`, 'utf8')).toBe('the log of another');
  run(parent, 'rm data/live-visitors.db-wal');
  expect(afterKill(parent)).toMatchObject({ visits: 41, minutes: { length: 101 } });
});

test('the same file may come back after it was replaced', async () => {
  const { parent, store } = await openStore();
  run(parent, 'mv data/live-visitors.db ours.db; mv backup.db data/live-visitors.db');
  await store.record(counts(2));
  expect(store.trouble()).toMatch(/replaced or overwritten/);
  run(parent, 'mv ours.db data/live-visitors.db');
  await store.record(counts(3));
  await store.record(counts(4));
  expect(store.trouble()).toBeUndefined();
  expect(afterKill(parent)).toMatchObject({ visits: 44, minutes: { length: 101 } });
});

test('the contents of the file may come back after it was overwritten', async () => {
  const { parent, store } = await openStore();
  run(parent, 'cp data/live-visitors.db ours.db; cp backup.db data/live-visitors.db');
  await store.record(counts(2));
  expect(store.trouble()).toMatch(/replaced or overwritten/);
  run(parent, 'cp ours.db data/live-visitors.db');
  await store.record(counts(3));
  await store.record(counts(4));
  expect(store.trouble()).toBeUndefined();
  expect(afterKill(parent)).toMatchObject({ visits: 44, minutes: { length: 101 } });
});

test('a backup that is put in place just before the server stops is left as it is', async () => {
  const { parent, file, backup, store } = await openStore();
  const bytes = readFileSync(backup);
  run(parent, 'mv backup.db data/live-visitors.db');
  await store.close();
  expect(run(parent, 'ls data')).toBe('live-visitors.db\n');
  expect(readFileSync(file)).toEqual(bytes);
});

test('a backup from just before the start is recognized as one', async () => {
  const { parent, dataDir, store } = await openStore();
  await store.close();
  run(parent, 'cp data/live-visitors.db backup.db');
  const again = open(dataDir);
  await again.record(counts(5));
  run(parent, 'cp backup.db data/live-visitors.db');
  await again.record(counts(6));
  expect(again.trouble()).toMatch(/replaced or overwritten/);
  await again.close();
  run(parent, 'cmp backup.db data/live-visitors.db');
  expect(afterKill(parent)).toMatchObject({ visits: 41 });
});

test('half a backup in place of the file is refused at the next start', async () => {
  const { parent, dataDir, backup, store } = await openStore();
  run(parent, `head -c 9000 ${backup} > data/live-visitors.db`);
  await store.record(counts(2));
  await store.close();
  expect(() => open(dataDir)).toThrow(StoreError);
  expect(() => open(dataDir)).toThrow(/is damaged and was not changed\./);
});

test('a file that is touched, linked or copied is no trouble', async () => {
  const { parent, store } = await openStore();
  run(parent, 'touch data/live-visitors.db; ln data/live-visitors.db link.db; cp data/live-visitors.db copy.db');
  await store.record(counts(2));
  expect(store.trouble()).toBeUndefined();
  expect(afterKill(parent)).toMatchObject({ visits: 42 });
});

test('a link to a folder that is gone is trouble until it leads there again', async () => {
  const { parent, dataDir, store } = await openStore();
  run(parent, 'mv data real; ln -s real data');
  await store.record(counts(2));
  expect(store.trouble()).toBeUndefined();
  renameSync(join(parent, 'real'), join(parent, 'elsewhere'));
  await store.record(counts(3));
  await store.record(counts(4));
  expect(store.trouble()).toMatch(/cannot be created again: ENOENT/);
  rmSync(dataDir);
  run(parent, 'ln -s elsewhere data');
  await store.record(counts(5));
  expect(store.trouble()).toBeUndefined();
  expect(afterKill(parent)).toMatchObject({ visits: 45 });
});

test('the log is copied into the file before it grows without bounds, which is no trouble', {
  timeout: 60_000,
}, async () => {
  const { parent, file, store } = await openStore();
  let mostBytes = 0;
  for (let visits = 2; visits < 2000; visits++) {
    await store.record(counts(visits));
    expect(store.trouble()).toBeUndefined();
    if (visits % 10 === 0) mostBytes = Math.max(mostBytes, statSync(`${file}-wal`).size);
  }
  expect(mostBytes).toBeGreaterThan(1_000_000);
  expect(mostBytes).toBeLessThan(4_200_000);
  expect(afterKill(parent)).toMatchObject({ visits: 2039 });
});

const missing = whyNoMount();
describe.skipIf(missing)(`what is mounted${missing ? ` (${missing})` : ''}`, () => {
  test('a file that was deleted is created anew as soon as a full disk has room again', async () => {
    const parent = mountSmallDisk();
    const dataDir = join(parent, 'data');
    const store = open(dataDir);
    store.import({ visits: 40, visitorSeconds: 40, peak: 9, peakAt: start, minutes: oldMinutes });
    const filler = fillDisk(parent);
    run(parent, 'rm -rf data');
    for (let visits = 1; visits < 5; visits++) await store.record(counts(visits));
    expect(store.trouble()).toMatch(/cannot be created again: .*full.* retries every second/);
    expect(existsSync(fileIn(dataDir))).toBe(false);
    rmSync(filler);
    await store.record(counts(5));
    expect(store.trouble()).toBeUndefined();
    expect(afterKill(parent)).toMatchObject({ visits: 45, peak: 9, peakAt: start, minutes: { length: 101 } });
    await store.close();
  });

  test('a folder that was deleted where it is mounted from is trouble until there is one again', async () => {
    const { parent, store } = await openStore();
    await store.close();
    run(parent, 'mv data host; mkdir data; mount --bind host data');
    const mounted = open(join(parent, 'data'));
    onTestFinished(() => mounted.close());
    run(parent, 'rm -rf host');
    await mounted.record(counts(1));
    await mounted.record(counts(2));
    expect(mounted.trouble()).toMatch(/cannot be created again: ENOENT/);
    run(parent, 'umount --lazy data');
    await mounted.record(counts(3));
    expect(mounted.trouble()).toBeUndefined();
    expect(afterKill(parent)).toMatchObject({ visits: 44 });
  });
});

/** Root may open any file, unless it gives that up. */
const asUser = process.getuid?.() === 0 ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : [];

describe('the program', () => {
  async function startProgram(dataDir: string, command: string[] = []) {
    const program = runProgram({ PORT: '0', DATA_DIR: dataDir }, { through: command });
    const url = await program.url();
    const stream = openSocket(Number(new URL(url).port), 'GET /stream?tabs=3 HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(stream.received()).toContain('"visits":43'));
    return { ...program, url, stream, text: async (path: string) => (await fetch(url + path)).text() };
  }
  const runProgramAgain = (dataDir: string) => runProgram({ PORT: '0', DATA_DIR: dataDir });
  type Started = Awaited<ReturnType<typeof startProgram>>;

  async function expectTrouble({ text, output }: Started): Promise<void> {
    await eventually(async () => {
      const [ready, metrics] = await Promise.all([text('/readyz'), text('/metrics')]);
      expect(ready).toContain('totals cannot be recorded');
      expect(metrics).toContain('\nlive_visitors_store_trouble 1\n');
    });
    await expectTold({ output });
  }

  /** In the log: where the next tick mends it, nobody may ask in time. */
  function expectTold({ output }: Pick<Started, 'output'>): Promise<void> {
    return eventually(() => expect(output()).toContain('totals cannot be recorded'));
  }

  async function expectNoTrouble({ text, output }: Started): Promise<void> {
    await eventually(async () => expect(await text('/readyz')).toBe('ok\n'));
    expect(await text('/metrics')).toContain('\nlive_visitors_store_trouble 0\n');
    await eventually(() => expect(output()).toContain('totals are being recorded again'));
  }

  test('writes a new file when its folder is deleted, which no second server can open, and a kill loses nothing', async () => {
    const parent = makeStore(40);
    const dataDir = join(parent, 'data');
    const first = await startProgram(dataDir);
    run(parent, 'rm -rf data');
    await expectTold(first);
    await expectNoTrouble(first);
    expect(() => open(dataDir)).toThrow(StoreInUseError);
    const shown = JSON.parse(await first.text('/visitors'));
    first.child.kill('SIGKILL');
    await first.exited;
    const { url } = runProgramAgain(dataDir);
    const found = JSON.parse(await (await fetch(`${await url()}/visitors`)).text());
    expect(found).toMatchObject({ visits: 43, peak: 9 });
    expect(found.visitorSeconds).toBeGreaterThanOrEqual(shown.visitorSeconds);
    expect(afterKill(parent).minutes.length).toBeGreaterThan(100);
  });

  test('creates its folder again when the folder that it was started in is deleted with it', async () => {
    const workingDir = join(makeFolder(), 'app');
    const dataDir = join(workingDir, 'data');
    const store = open(dataDir);
    store.import({ visits: 40, visitorSeconds: 40, peak: 9, peakAt: start, minutes: [] });
    await store.close();
    const first = await startProgram('./data', ['env', '-C', workingDir]);
    rmSync(workingDir, { recursive: true });
    await expectTold(first);
    await expectNoTrouble(first);
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    const { url } = runProgramAgain(dataDir);
    expect(await (await fetch(`${await url()}/visitors`)).json()).toMatchObject({ visits: 43 });
  });

  test('does not write to a backup that is copied into place, and starts with it', async () => {
    const parent = makeStore(40);
    const dataDir = join(parent, 'data');
    const backup = fileIn(join(makeStore(7), 'data'));
    const first = await startProgram(dataDir);
    run(parent, `cp ${backup} data/live-visitors.db`);
    await expectTrouble(first);
    const ticks = first.stream.received().split('event: visitors').length;
    await eventually(() => expect(first.stream.received().split('event: visitors').length).toBeGreaterThan(ticks + 2));
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(first.output()).toContain('stopped before the last totals could be recorded: they are lost');
    expect(readFileSync(fileIn(dataDir))).toEqual(readFileSync(backup));
    const { url } = runProgramAgain(dataDir);
    expect(await (await fetch(`${await url()}/visitors`)).json()).toMatchObject({ visits: 7, peak: 9 });
  });

  test.skipIf(process.platform !== 'linux').each(['live-visitors.db', 'live-visitors.db-wal'])(
    'does not start if it may not write to %s, and says so',
    async (name) => {
      const dataDir = join(makeStore(40), 'data');
      const file = join(dataDir, name);
      writeFileSync(file, '', { flag: 'a' });
      chmodSync(file, 0o444);
      const { exited, errors } = runProgram({ PORT: '0', DATA_DIR: dataDir }, { through: asUser });
      expect(await exited).toBe(1);
      expect(errors()).toContain(
        `EACCES: permission denied, access '${file}'. Set DATA_DIR to a folder with free space`,
      );
    },
  );

  test.skipIf(process.platform !== 'linux')(
    'tells when its files may no longer be opened, and goes on recording',
    async () => {
      const parent = makeStore(40);
      const dataDir = join(parent, 'data');
      const first = await startProgram(dataDir, asUser);
      run(parent, 'chmod 0 data');
      await expectTrouble(first);
      await eventually(() => expect(first.output()).toMatch(/could not be opened again: EACCES/));
      run(parent, 'chmod 700 data; chmod 0 data/live-visitors.db');
      await expectTrouble(first);
      run(parent, 'chmod 600 data/live-visitors.db');
      await expectNoTrouble(first);
      first.child.kill('SIGKILL');
      await first.exited;
      expect(afterKill(parent)).toMatchObject({ visits: 43 });
    },
  );

  test.skipIf(process.platform !== 'linux')('says of no totals that they are lost if they are recorded', async () => {
    const parent = makeStore(40);
    const first = await startProgram(join(parent, 'data'), asUser);
    run(parent, 'chmod 0 data/live-visitors.db');
    await expectTrouble(first);
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(first.output()).toContain('"stopped"');
    expect(first.output()).not.toContain('they are lost');
    run(parent, 'chmod 600 data/live-visitors.db');
    expect(afterKill(parent)).toMatchObject({ visits: 43 });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config/read-config.ts';
import { root } from './helpers/markdown.ts';
import { mainFile, makeFolder } from './helpers/support.ts';

const path = 'deploy/live-visitors.service';
const text = readFileSync(join(root, path), 'utf8');

/** The settings of a unit, by section and name; one that is given several times has all its values. */
function readUnit(text: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const [, header, name, value = ''] = /^\[(\w+)\]$|^([A-Z]\w+)=(.*)$/.exec(line) ?? [];
    if (header === undefined && name === undefined) throw new Error(`${path} has a line that is no setting: ${line}`);
    if (header !== undefined) section = header;
    else settings.set(`${section}.${name}`, [...(settings.get(`${section}.${name}`) ?? []), value]);
  }
  return settings;
}

const unit = readUnit(text);
const setting = (name: string) => unit.get(name)?.join('\n');

describe(path, () => {
  test('keeps the totals in its state folder, and sets only what the server knows', () => {
    const environment = (unit.get('Service.Environment') ?? []).map((line) => line.split('='));
    const { NODE_ENV, ...variables } = Object.fromEntries(environment);
    expect(NODE_ENV).toBe('production');
    // %S is where state folders are (systemd.unit(5)).
    expect(variables).toEqual({ DATA_DIR: `%S/${setting('Service.StateDirectory')}` });
    expect(readConfig(variables, Number(setting('Service.LimitNOFILE')))).toMatchObject({ ok: true });
  });

  test('runs what the package has, and lets V8 make code', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'packages/live-visitors/package.json'), 'utf8'));
    expect(setting('Service.ExecStart')).toBe(
      `/usr/bin/node /opt/live-visitors/node_modules/live-visitors/${bin['live-visitors']}`,
    );
    expect(setting('Service.MemoryDenyWriteExecute')).toBe('no');
  });

  test('gives it longer to stop than a drain takes', () => {
    expect(setting('Service.KillSignal')).toBe('SIGTERM');
    expect(Number.parseInt(setting('Service.TimeoutStopSec') ?? '0', 10)).toBeGreaterThan(5);
  });
});

/** Why systemd cannot be asked, if it cannot. */
function whyNoSystemd(): string | undefined {
  const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  // Earlier ones look at units that are installed only.
  return Number(/^systemd (\d+)/.exec(stdout ?? '')?.[1]) >= 250 ? undefined : 'it takes systemd-analyze 250 or later';
}

const missing = whyNoSystemd();
describe.skipIf(missing)(`systemd, asked about ${path},${missing ? ` (${missing})` : ''}`, () => {
  test('knows every setting in it', () => {
    // It looks for the program as well, which is elsewhere on this machine.
    const copy = join(makeFolder(), 'live-visitors.service');
    writeFileSync(copy, text.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath} ${mainFile}`));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
    // What it does not know, it passes over with a warning. Other units of the machine are none of ours.
    expect(stderr.split('\n').filter((line) => line.includes('live-visitors'))).toEqual([]);
    expect(status).toBe(0);
  });

  test('finds little that it could do beyond its task', () => {
    // In tenths, out of 10.0 for a program that may do anything.
    execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=15', join(root, path)]);
  });
});

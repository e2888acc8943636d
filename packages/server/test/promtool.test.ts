import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './helpers/markdown.ts';
import { runProgram } from './helpers/program.ts';

async function readMetrics(): Promise<string> {
  const { url } = runProgram({ PORT: '0' });
  return (await fetch(`${await url()}/metrics`)).text();
}

test('only counters have names that end in _total', async () => {
  const types = [...(await readMetrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  const wrong = types.filter(([, name = '', type]) => name.endsWith('_total') !== (type === 'counter'));
  expect(types.length).toBeGreaterThan(20);
  expect(wrong.map(([line]) => line)).toEqual([]);
});

const missing = spawnSync('promtool', ['--version']).error ? 'it is not installed' : undefined;
describe.skipIf(missing)(`promtool${missing ? ` (${missing})` : ''}`, () => {
  test('finds no fault with the metrics', async () => {
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: await readMetrics(),
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });

  test('finds no fault with the alerting rules', () => {
    const { stdout, status } = spawnSync('promtool', ['check', 'rules', join(root, 'deploy/alerts.yaml')], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
    expect(status).toBe(0);
  });
});

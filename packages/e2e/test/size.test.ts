import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { root } from '../src/program.ts';

const page = join(root, 'packages/server/dist/page');

/** Fails with the size of each file, gzipped. */
function expectSize(files: readonly string[], limit: number): void {
  const sizes = files.map((file) => [file, gzipSync(readFileSync(join(page, file)), { level: 9 }).length] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  expect(total, JSON.stringify(Object.fromEntries(sizes), null, 2)).toBeLessThanOrEqual(limit);
}

test('the dashboard without its chart is no more than 25 kB on its way', () => {
  const html = readFileSync(join(page, 'index-with-pages.html'), 'utf8');
  const linked = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css|svg))"/g)].map(([, file]) => String(file));
  expect(linked.map((file) => file.slice(file.lastIndexOf('.'))).sort()).toEqual(['.css', '.js', '.svg']);
  expectSize(['index-with-pages.html', ...linked], 25_000);
});

test('the chart is no more than 26 kB on its way', () => {
  const files = globSync('assets/chart-*', { cwd: page });
  expect(files).toHaveLength(2);
  expectSize(files, 26_000);
});

test('the dashboard loads nothing else', () => {
  expect(globSync('assets/*', { cwd: page })).toHaveLength(4);
});

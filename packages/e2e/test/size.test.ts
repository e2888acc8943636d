import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { scripts } from '@live-visitors/shared';
import { expect, test } from 'vitest';
import { root } from '../src/program.ts';

const page = join(root, 'packages/server/dist/page');

const gzipped = (file: string) => gzipSync(readFileSync(join(page, file)), { level: 9 }).length;

test('the whole page is no more than 40 kB on its way, all that it may load later included', () => {
  const forOthers = new Set(Object.values(scripts).map((path) => path.slice(1)));
  const files = globSync('**/*.*', { cwd: page }).filter((file) => !forOthers.has(file) && !file.endsWith('.d.ts'));
  const sizes = Object.fromEntries(files.map((file) => [file, gzipped(file)]));
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(1);
  expect(total, JSON.stringify(sizes, null, 2)).toBeLessThanOrEqual(40_000);
});

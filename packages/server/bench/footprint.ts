import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How often each app is started. The figures are medians. */
const starts = 9;

const { devDependencies } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
);
const express = `express@${devDependencies.express}`;

/** An app that answers one request of its own, and prints how long that took from the first import, and its memory. */
const app = (imports: string, use: string, path: string) => `
  const startedAt = performance.now();
  const { default: express } = await import('express');
  ${imports}
  const app = express();
  ${use}
  const server = app.listen(0, '127.0.0.1', async () => {
    const { get } = await import('node:http');
    get({ port: server.address().port, path: '${path}' }, (response) => response.once('data', () => {
      console.log(JSON.stringify([performance.now() - startedAt, process.memoryUsage.rss() / 2 ** 20]));
      process.exit();
    }));
  });`;

const plain = app('', `app.get('/', (_request, response) => response.send('ok'));`, '/');
const betterSse = app(
  `const { createSession } = await import('better-sse');`,
  `app.get('/', async (request, response) => (await createSession(request, response)).push('hello'));`,
  '/',
);
const liveVisitors = app(
  `const { liveVisitors } = await import('@live-visitors/server');`,
  `app.use('/live', liveVisitors());`,
  '/live/stream',
);

/** Installs a library with npm and starts apps with it, as a Markdown table. It takes the npm registry. */
export function measureFootprint(): string {
  const folder = mkdtempSync(join(tmpdir(), 'live-visitors-footprint-'));
  try {
    const options = ['--pack-destination', folder];
    execFileSync('pnpm', ['pack', ...options], { cwd: fileURLToPath(new URL('..', import.meta.url)) });
    const tarball = join(folder, readdirSync(folder)[0] ?? 'missing');
    const rows = [
      ['Express alone', ...measure(folder, plain)],
      ['with better-sse', ...measure(folder, betterSse, `better-sse@${devDependencies['better-sse']}`)],
      ['with Live Visitors', ...measure(folder, liveVisitors, tarball)],
    ];
    const titles = ['', 'packages', 'installed, MiB', 'import to first answer, ms', 'memory then, MiB'];
    return [titles, ['---', ...titles.slice(1).map(() => '--:')], ...rows]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(parent: string, program: string, ...packages: string[]): string[] {
  const cwd = mkdtempSync(join(parent, 'app-'));
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', express, ...packages], { cwd, stdio: 'pipe' });
  writeFileSync(join(cwd, 'app.mjs'), program);
  const runs = Array.from({ length: starts }, () =>
    JSON.parse(execFileSync(process.execPath, ['app.mjs'], { cwd, encoding: 'utf8' })),
  );
  const median = (index: number) => runs.map((run) => Number(run[index])).sort((a, b) => a - b)[starts >> 1] ?? 0;
  const lock = JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8'));
  const kib = execFileSync('du', ['-sk', 'node_modules'], { cwd, encoding: 'utf8' });
  return [
    // The first is the app itself.
    String(Object.keys(lock.packages).length - 1),
    (Number.parseInt(kib, 10) / 1024).toFixed(1),
    median(0).toFixed(0),
    median(1).toFixed(0),
  ];
}

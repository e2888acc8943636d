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
/** @param imported - what is imported besides, as the server does only if it is asked for */
const liveVisitors = (options = '{}', path = '/live/stream', imported = '') =>
  app(
    `const { liveVisitors } = await import('@live-visitors/server'); ${imported}`,
    `app.use('/live', liveVisitors(${options}));`,
    path,
  );

/** How much memory each part may add, in MiB. */
const budgets = { library: 12, metrics: 6, badge: 15, redis: 15 };

/**
 * Installs a library with npm and starts apps with it. It takes the npm registry.
 *
 * @returns a Markdown table, and what is over its budget
 */
export function measureFootprint(): { table: string; faults: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'live-visitors-footprint-'));
  try {
    const options = ['--pack-destination', folder];
    execFileSync('pnpm', ['pack', ...options], { cwd: fileURLToPath(new URL('..', import.meta.url)) });
    const tarball = join(folder, readdirSync(folder)[0] ?? 'missing');
    const of = (name: string) => `${name}@${devDependencies[name]}`;
    const alone = measure(folder, plain);
    const library = measure(folder, liveVisitors(), tarball);
    const metrics = measure(folder, liveVisitors("{ metrics: 'on' }", '/live/metrics'), tarball, of('prom-client'));
    const badge = measure(folder, liveVisitors('{}', '/live/badge.svg'), tarball);
    const redis = measure(folder, liveVisitors('{}', '/live/stream', `await import('redis');`), tarball, of('redis'));
    const rows: [string, Footprint, { base: Footprint; budgetMib: number }?][] = [
      ['Express alone', alone],
      ['with better-sse', measure(folder, betterSse, of('better-sse'))],
      ['with Live Visitors', library, { base: alone, budgetMib: budgets.library }],
      ['with Live Visitors and metrics', metrics, { base: library, budgetMib: budgets.metrics }],
      ['with Live Visitors and a badge', badge, { base: library, budgetMib: budgets.badge }],
      ['with Live Visitors and Redis', redis, { base: library, budgetMib: budgets.redis }],
    ];
    const titles = ['', 'packages', 'installed, MiB', 'import to first answer, ms', 'memory then, MiB', 'budget'];
    const cells = rows.map(([name, { packages, installedMib, ms, mib }, budget]) => {
      const most = budget ? (budget.base.mib + budget.budgetMib).toFixed(0) : '–';
      return [name, packages, installedMib.toFixed(1), ms.toFixed(0), mib.toFixed(0), most];
    });
    return {
      table: [titles, ['---', ...titles.slice(1).map(() => '--:')], ...cells]
        .map((row) => `| ${row.join(' | ')} |`)
        .join('\n'),
      faults: rows.flatMap(([name, { mib }, budget]) =>
        budget && mib > budget.base.mib + budget.budgetMib
          ? [`Express ${name} takes ${mib.toFixed(0)} MiB, over ${budget.budgetMib} MiB more than without.`]
          : [],
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Footprint = { packages: number; installedMib: number; ms: number; mib: number };

function measure(parent: string, program: string, ...packages: string[]): Footprint {
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
  return {
    // The first is the app itself.
    packages: Object.keys(lock.packages).length - 1,
    installedMib: Number.parseInt(kib, 10) / 1024,
    ms: median(0),
    mib: median(1),
  };
}

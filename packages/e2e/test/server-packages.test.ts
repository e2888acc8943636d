import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { baseEnv } from '../src/base-env.ts';
import { install, missingRegistry, pack, runIn, writeFiles } from '../src/packages.ts';
import { makeDataDir, root, run } from '../src/program.ts';

const express = 'express@5.3.0';

let library: string;
let command: string;
beforeAll(() => {
  library = pack('@live-visitors/server');
  command = pack('live-visitors');
});

const bin = (program: string) => join(root, 'packages/e2e/node_modules/.bin', program);

test('publint and attw find nothing to mend in what is packed', () => {
  for (const tarball of [library, command]) runIn(root, bin('publint'), tarball, '--strict');
  // Every Node.js that it runs on can require an ES module. The internal part has no types, and the command no exports.
  runIn(root, bin('attw'), library, '--profile', 'esm-only', '--exclude-entrypoints', 'internal');
});

const app = `
  const server = express().use('/live', liveVisitors({ dataDir: 'data' })).listen(0, async () => {
    for (const path of ['widget.js', 'visitors'])
      console.log((await fetch(\`http://127.0.0.1:\${server.address().port}/live/\${path}\`)).status);
    server.close();
  });`;
const esm = `import { liveVisitors } from '@live-visitors/server';\nimport express from 'express';\n${app}`;
const both = '200\n200\n';

describe.skipIf(missingRegistry)(`with plain npm${missingRegistry ? ` (${missingRegistry})` : ''}`, () => {
  let folder: string;
  beforeAll(() => {
    const types = ['@types/express@5.0.6', '@types/node@24.19.2'];
    folder = install(library, express, ...types, 'esbuild@0.28.2');
  });

  test('the command runs with page, widget and stream, and ends cleanly', async () => {
    const installed = install(library, command);
    const env = { PORT: '0', HOST: '127.0.0.1', DATA_DIR: makeDataDir(), PATH: baseEnv.PATH };
    const program = run(join(installed, 'node_modules/.bin/live-visitors'), [], env, installed);
    onTestFinished(program.kill);
    const url = await program.printed(/"url":"([^"]+)"/);
    expect(await (await fetch(url)).text()).toContain('data-figure="online"');
    expect(await (await fetch(`${url}/widget.js`)).text()).toContain('live-visitors');
    const { body } = await fetch(`${url}/stream`);
    expect(new TextDecoder().decode((await body?.getReader().read())?.value)).toContain('retry: ');
    program.signal('SIGTERM');
    await program.printed(/("msg":"stopped")/);
  });

  test('the library runs from an ES module and from CommonJS, and has its licence with it', () => {
    const require = `const { liveVisitors } = require('@live-visitors/server');\nconst express = require('express');\n${app}`;
    writeFiles(folder, { 'app.mjs': esm, 'app.cjs': require });
    expect(runIn(folder, 'node', 'app.mjs')).toBe(both);
    expect(runIn(folder, 'node', 'app.cjs')).toBe(both);
    for (const name of ['@live-visitors/server', 'express'])
      expect(existsSync(join(folder, 'node_modules', name, 'LICENSE'))).toBe(true);
  });

  test.each([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])(
    'TypeScript knows its types with the resolution %s, without the packages that are optional',
    (resolution, module) => {
      const compilerOptions = { strict: true, noEmit: true, target: 'es2022', moduleResolution: resolution, module };
      writeFiles(folder, {
        'consumer.ts': `
        import { liveVisitors, type Snapshot } from '@live-visitors/server';
        import express from 'express';
        const visitors = liveVisitors({ maxStreams: 10, logger: console });
        express().use('/live', visitors);
        visitors.subscribe((snapshot: Snapshot) => snapshot.online satisfies number);
        // @ts-expect-error there is no such option
        liveVisitors({ maxstreams: 10 });`,
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
      });
      runIn(folder, join(root, 'node_modules/.bin/tsc'));
    },
  );

  test('the library brings at most 25 packages besides Express', () => {
    const packagesIn = (folder: string) =>
      Object.keys(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages).length;
    expect(packagesIn(install(library, express)) - packagesIn(install(express))).toBeLessThanOrEqual(25);
  });

  test.each([
    ['metrics', `{ metrics: 'on' }`, 'prom-client'],
    ['redisUrl', `{ redisUrl: 'redis://127.0.0.1' }`, 'redis'],
  ])('the option %s says which package it needs', (option, options, name) => {
    const code = `require('@live-visitors/server').liveVisitors(${options})`;
    expect(() => runIn(folder, 'node', '--eval', code)).toThrow(
      `${option} needs the package ${name}. Install it: npm install ${name}`,
    );
  });

  test('a bundle works if the library is not in it, and says so at the start if it is', () => {
    writeFiles(folder, { 'bundled.mjs': esm });
    const bundle = (...externals: string[]) => {
      const args = externals.map((name) => `--external:${name}`);
      const output = `--outfile=bundle/${externals.length}.cjs`;
      runIn(folder, 'node_modules/.bin/esbuild', 'bundled.mjs', '--bundle', '--platform=node', output, ...args);
      return runIn(folder, 'sh', '-c', `node bundle/${externals.length}.cjs 2>&1`);
    };
    // Nothing of the app's own, even under the same name, is served instead.
    writeFiles(folder, { 'page/index.html': 'own', 'page/widget.txt': 'own' });
    expect(bundle('@live-visitors/server')).toBe(both);
    expect(bundle('redis', 'prom-client')).toMatch(
      /exclude the package @live-visitors\/server from the bundle.*404\n200\n$/s,
    );
  });
});

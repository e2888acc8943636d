import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './helpers/markdown.ts';
import { makeFolder } from './helpers/support.ts';

const server = join(root, 'packages/server');
const published = join(server, 'dist/index.d.ts');

/** Checks the types of a module with those of the build. Throws with the compiler's messages if any is wrong. */
function checkTypes(module: string): void {
  const folder = makeFolder();
  writeFileSync(join(folder, 'module.mts'), module);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: { types: ['node'], typeRoots: [join(server, 'node_modules/@types')] },
      include: ['module.mts'],
    }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', folder], {
    encoding: 'utf8',
  });
}

test('what is published is typed as it is', () => {
  checkTypes(`
    import type * as published from ${JSON.stringify(published)};
    import type * as library from ${JSON.stringify(join(server, 'src/index.ts'))};

    type Same<One, Other> =
      (<T>() => T extends One ? 1 : 2) extends (<T>() => T extends Other ? 1 : 2) ? true : false;
    export const same: [
      Same<published.Snapshot, library.Snapshot>,
      Same<published.LiveVisitorsOptions, library.LiveVisitorsOptions>,
      Same<published.LiveVisitors, library.LiveVisitors>,
      Same<typeof published.liveVisitors, typeof library.liveVisitors>,
    ] = [true, true, true, true];
    export const isAny: Same<published.LiveVisitorsOptions, { maxStreams: number }> = false;
  `);
});

test('what is published takes the options that there are, with their types, and no others', () => {
  checkTypes(`
    import { liveVisitors } from ${JSON.stringify(join(server, 'dist/index.js'))};
    import { pino } from ${JSON.stringify(join(server, 'node_modules/pino/pino.js'))};
    import { Registry, register } from ${JSON.stringify(join(server, 'node_modules/prom-client/index.js'))};
    import winston from ${JSON.stringify(join(server, 'node_modules/winston/index.js'))};

    liveVisitors({ allowedOrigins: ['https://example.com'], maxStreams: 10, metrics: 'private', logger: console });
    liveVisitors({ logger: pino(), registry: new Registry() });
    liveVisitors({ logger: winston.createLogger(), registry: register });
    // @ts-expect-error: misspelt
    liveVisitors({ maxstreams: 10 });
    // @ts-expect-error: not a number
    liveVisitors({ maxStreams: '10' });
    // @ts-expect-error: not one of its words
    liveVisitors({ metrics: true });
  `);
});

test('what is published imports nothing but Express', () => {
  const imports = [...readFileSync(published, 'utf8').matchAll(/(?:from|import) ?\(?"([^"]+)"/g)].map(
    ([, name]) => name,
  );
  // The peers that are optional may be missing.
  expect(imports).toEqual(['express']);
});

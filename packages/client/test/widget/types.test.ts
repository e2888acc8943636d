import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, '../../node_modules/.bin/tsc');

const consumer = `
import type { Connection, LiveVisitorsAttributes, LiveVisitorsElement, Snapshot, SubscribeOptions } from './subscribe.js';
import { subscribe } from './subscribe.js';
import type * as shared from '${root}../shared/src/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
const same: Same<Snapshot, shared.Snapshot> = true;

const options: SubscribeOptions = { server: 'https://visitors.example.com' };
const stop: () => void = subscribe(options, ({ online }) => online + 1);
subscribe({ ...options, page: true, watch: ['/b'] }, ({ page, pages }) => {
  page satisfies number | null | undefined;
  pages.get('/b') satisfies number | null | undefined;
});
subscribe({ ...options, page: '/a' }, () => {});
// @ts-expect-error a number is no name
subscribe({ ...options, page: ['/a', true, 1] }, () => {});

const element: LiveVisitorsElement | null = document.querySelector('live-visitors');
element?.addEventListener('snapshot', ({ detail }) => detail satisfies Snapshot);
element?.addEventListener('connection', ({ detail }) => detail satisfies Connection);
element?.addEventListener('click', (event) => event satisfies PointerEvent);
if (element) Object.assign(element, { observe: true, page: '/a', min: 5 } satisfies LiveVisitorsAttributes);
// @ts-expect-error snapshots have no such figure
element?.addEventListener('snapshot', ({ detail }) => detail.visitors);
`;

test('the published declarations stand alone, and type the subscription and the events of the element', async () => {
  const result = await build({
    root,
    configFile: `${root}/vite.widget.config.ts`,
    mode: 'types',
    build: { write: false },
  });
  const [output] = [result].flat();
  if (!output || !('output' in output)) throw new Error('nothing was built');
  expect(output.output.map(({ fileName }) => fileName)).toEqual(['subscribe.d.ts']);
  const { code } = output.output[0];
  expect(code).not.toMatch(/\bimport\b|\bfrom\b/);
  // Editors show a comment that has a line of its own.
  expect(code).toMatch(/^ {2}\/\*\* Open tabs\. \*\/\n {2}online: number;$/m);

  const folder = mkdtempSync(join(tmpdir(), 'types-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'subscribe.d.ts'), code);
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const settings = {
    extends: `${root}tsconfig.json`,
    compilerOptions: { types: [], noUnusedLocals: false },
    include: ['.'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  expect(spawnSync(tsc, ['--project', folder], { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 });
});

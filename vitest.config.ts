import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The tests start the same programs hundreds of times. Each start then takes a third less CPU time.
process.env.NODE_COMPILE_CACHE = fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

// Tests wait for conditions; their deadlines are there to end a run that hangs, not to time anything.
const unit = (name: string) => ({
  test: { name, include: [`packages/${name}/test/**/*.test.ts`], testTimeout: 60_000, hookTimeout: 60_000 },
});

/** These take most of a minute or more, and mostly wait. Started last, they would keep the run waiting. */
const waiting = /(client-package|clock|counting-in-\w+|keep-alive|log|main|network|open-files|sqlite-store)\.test\.ts$/;

class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => (waiting.test(moduleId) ? 0 : 1);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    // Tests mostly wait for ticks: with as many workers as cores, the cores would be idle for half of the time.
    maxWorkers: 8,
    sequence: { sequencer: WaitingFirst },
    coverage: { include: ['packages/{shared,server,client}/src/**'], reporter: ['text'] },
    projects: [
      unit('shared'),
      unit('server'),
      // The library, in an app with the Express before.
      {
        resolve: { alias: [{ find: /^express$/, replacement: 'express4' }] },
        test: { ...unit('server').test, name: 'express4', include: ['packages/server/test/library.test.ts'] },
      },
      unit('client'),
      {
        test: {
          name: 'e2e',
          include: ['packages/e2e/test/**/*.test.ts'],
          globalSetup: 'packages/e2e/src/unpack-chromium.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

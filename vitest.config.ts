import { defineConfig } from 'vitest/config';

// Tests wait for conditions; their deadlines are there to end a run that hangs, not to time anything.
const unit = (name: string) => ({
  test: { name, include: [`packages/${name}/test/**/*.test.ts`], testTimeout: 60_000, hookTimeout: 60_000 },
});

export default defineConfig({
  test: {
    // Most of the time is spent waiting for ticks: with two cores, two files at once would leave them idle for half of it.
    maxWorkers: 4,
    coverage: { include: ['packages/{shared,server,client}/src/**'], reporter: ['text'] },
    projects: [
      unit('shared'),
      unit('server'),
      unit('client'),
      {
        test: {
          name: 'e2e',
          include: ['packages/e2e/test/**/*.test.ts'],
          globalSetup: 'packages/e2e/src/unpack-chromium.ts',
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, openTab } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { type Program, root, startDev } from '../src/program.ts';
import { describeTabs } from '../src/tabs.ts';

/** Does to a source file what saving it does to its watchers, and leaves its contents alone. */
async function save(file: string) {
  const now = new Date();
  await utimes(join(root, file), now, now);
}

/** How often the server was started. */
const starts = (dev: Program) => dev.output().split('"msg":"listening"').length - 1;

describeTabs('pnpm dev', async () => {
  const dev = await startDev();
  return {
    url: dev.url,
    async restart() {
      const before = starts(dev);
      await save('packages/server/src/main.ts');
      await eventually(() => expect(starts(dev)).toBe(before + 1));
    },
    stop: dev.kill,
  };
});

describe('pnpm dev', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test.each(['packages/server/src/core/frame.ts', 'packages/shared/src/events.ts'])(
    'restarts the server when %s is saved, and open pages come back by themselves',
    async (file) => {
      const dev = await startDev();
      onTestFinished(dev.kill);
      const tab = await openTab(browser, dev.url);
      onTestFinished(tab.close);
      await eventually(async () => expect(await tab.connection()).toBe('live'));
      await save(file);
      await eventually(() => expect(starts(dev)).toBe(2));
      // What the page itself imports has it reload: a figure is there again after a while.
      const before = await eventually(async () => {
        const seconds = await tab.figure('visitorSeconds');
        expect(seconds).not.toBeNaN();
        return seconds;
      });
      await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(before + 1));
      expect(await tab.connection()).toBe('live');
    },
  );

  test('reloads the page when its sources are saved', async () => {
    const dev = await startDev();
    onTestFinished(dev.kill);
    const tab = await openTab(browser, dev.url);
    onTestFinished(tab.close);
    await eventually(async () => expect(await tab.connection()).toBe('live'));
    await tab.mark();
    await save('packages/client/src/page/core/wording.ts');
    await eventually(async () => expect(await tab.isMarked()).toBe(false));
    await eventually(async () => expect(await tab.connection()).toBe('live'));
  });

  test('leaves no process behind on Ctrl-C', async () => {
    const dev = await startDev();
    onTestFinished(dev.kill);
    dev.signal('SIGINT');
    await eventually(() => expect(dev.isRunning()).toBe(false));
    expect(dev.output()).toContain('"msg":"stopped"');
  });
});

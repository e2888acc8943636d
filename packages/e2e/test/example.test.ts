import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium, openTab } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { makeDataDir, root, run } from '../src/program.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe('the example app, which has the visitors under a path of its own', () => {
  async function startExample() {
    const program = run(process.execPath, [`${root}/examples/express/main.ts`], { PORT: '0' }, makeDataDir());
    onTestFinished(program.kill);
    return { program, url: await program.printed(/listening on (http:\S+)/) };
  }

  test('shows the count in its own page and in that of the visitors, as one, and stops cleanly', async () => {
    const { program, url } = await startExample();
    const shop = await browser.newPage();
    onTestFinished(() => shop.close());
    await shop.goto(url);
    const shown = () =>
      shop.$eval('live-visitors', (element) => element.shadowRoot?.querySelector('[part~="number"]')?.textContent);
    await eventually(async () => expect(await shown()).toBe('1'));

    // Without the slash at its end, as people type it.
    const tab = await openTab(browser, `${url}/live`);
    await eventually(async () => expect(await tab.figure('online')).toBe(2));
    expect(await tab.connection()).toBe('live');
    expect(new URL(tab.page.url()).pathname).toBe('/live/');
    expect(tab.problems).toEqual([]);
    await eventually(async () => expect(await shown()).toBe('2'));
    expect(await tab.figure('browsers')).toBe(1);
    await eventually(() => expect(program.output()).toContain('2 here now, 2 visits so far'));
    await tab.close();
    await eventually(async () => expect(await shown()).toBe('1'));

    program.child.kill('SIGTERM');
    await eventually(() => expect(program.isRunning()).toBe(false));
    expect(program.child.exitCode).toBe(0);
  });
});

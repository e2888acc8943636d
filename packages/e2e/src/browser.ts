import type { EventMap } from '@live-visitors/shared';
import chromium from '@sparticuz/chromium';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';

/** Starts Chromium: the one that comes as an npm package, or the one at `PUPPETEER_EXECUTABLE_PATH`. */
export async function launchChromium(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: process.env.PUPPETEER_EXECUTABLE_PATH ?? (await chromium.executablePath()),
    headless: true,
    // The package's own arguments switch web security off. These let it run as root and without a GPU.
    args: ['--no-sandbox', '--disable-gpu', '--no-zygote'],
  });
}

type Figure = Exclude<keyof EventMap['visitors'], 'at'>;

/** One tab with the page in it, seen through the page's hooks. */
export type Tab = Awaited<ReturnType<typeof openTab>>;

export async function openTab(profile: BrowserContext | Browser, url: string) {
  const page: Page = await profile.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(url);

  return {
    page,
    /** Uncaught errors of the page. */
    problems,

    figure: (name: Figure): Promise<number> =>
      page.$eval(`[data-figure="${name}"]`, (element) => Number((element as HTMLElement).dataset.value ?? Number.NaN)),

    connection: (): Promise<string | undefined> => page.$eval('body', (body) => body.dataset.connection),

    text: (selector: string): Promise<string | null> => page.$eval(selector, (element) => element.textContent),

    /** Leaves a mark in the document, which a reload would wipe. */
    mark: () => page.evaluate(() => Object.assign(window, { marked: true })),
    isMarked: (): Promise<boolean> => page.evaluate(() => 'marked' in window),

    /** Records what `online` has shown from now on, a value for each snapshot. */
    async record(): Promise<() => Promise<number[]>> {
      await page.evaluate(() => {
        const element = document.querySelector<HTMLElement>('[data-figure="online"]');
        if (!element) throw new Error('the page has no such figure');
        const recorded = [Number(element.dataset.value)];
        Object.assign(window, { recorded });
        new MutationObserver(() => recorded.push(Number(element.dataset.value))).observe(element, {
          attributeFilter: ['data-value'],
        });
      });
      return () => page.evaluate(() => (window as unknown as { recorded: number[] }).recorded);
    },

    close: () => page.close(),
  };
}

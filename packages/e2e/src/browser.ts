import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Figure } from '@live-visitors/shared';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { unpackChromium } from './unpack-chromium.ts';

// Animations take most of the CPU time of pages that tests wait for. The tests of the page ask for them.
const reducedMotion = '--force-prefers-reduced-motion';

/**
 * Starts Chromium: the one that comes as an npm package, or the one at `PUPPETEER_EXECUTABLE_PATH`.
 *
 * @param args - more arguments for its command line
 */
export async function launchChromium(...args: string[]): Promise<Browser> {
  return puppeteer.launch({
    executablePath: process.env.PUPPETEER_EXECUTABLE_PATH ?? (await unpackChromium()),
    headless: true,
    // The package's own arguments switch web security off. These let it run as root and without a GPU.
    args: ['--no-sandbox', '--disable-gpu', '--no-zygote', reducedMotion, ...args],
  });
}

/** Starts a whole Chromium, with all that the package's headless shell leaves out. */
export async function launchWholeChromium(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: installed.chromium ?? '',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', reducedMotion],
  });
}

export async function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: installed.firefox ?? '',
    headless: true,
    extraPrefsFirefox: { 'ui.prefersReducedMotion': 1 },
  });
}

/** Where these browsers are on this machine, if they are. */
export const installed = {
  chromium: findProgram('chromium', 'google-chrome'),
  firefox: findProgram('firefox', 'firefox-esr'),
};

function findProgram(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** One tab with the page in it, seen through the page's hooks. */
export type Tab = Awaited<ReturnType<typeof openTab>>;

/** @param prepare - what to do with the page before it is loaded */
export async function openTab(
  profile: BrowserContext | Browser,
  url: string,
  prepare: (page: Page) => Promise<unknown> = async () => {},
) {
  const page = await profile.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await prepare(page);
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

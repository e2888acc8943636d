import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import puppeteer, { type Browser, type BrowserContext, type LaunchOptions, type Page } from 'puppeteer-core';
import { eventually } from './eventually.ts';
import { type Profile, type Tab, withHooks } from './tab.ts';
import { tieGroup } from './tie-group.ts';
import { unpackChromium } from './unpack-chromium.ts';

// Animations take most of the CPU time of pages that tests wait for. The tests of the page ask for them.
const reducedMotion = '--force-prefers-reduced-motion';

/** The hook that starts a browser has a deadline of its own. */
async function launch(options: LaunchOptions): Promise<Browser> {
  const browser = await puppeteer.launch({ headless: true, timeout: 0, ...options });
  const child = browser.process();
  // Puppeteer starts browsers in process groups of their own.
  if (child?.pid !== undefined) child.once('exit', tieGroup(child.pid));
  return browser;
}

/**
 * Starts Chromium: the one that comes as an npm package, or the one at `PUPPETEER_EXECUTABLE_PATH`.
 *
 * @param args - more arguments for its command line
 */
export async function launchChromium(...args: string[]): Promise<Browser> {
  return launch({
    executablePath: process.env.PUPPETEER_EXECUTABLE_PATH ?? (await unpackChromium()),
    // The package's own arguments switch web security off. These let it run as root and without a GPU.
    args: ['--no-sandbox', '--disable-gpu', '--no-zygote', reducedMotion, ...args],
  });
}

/** Starts a whole Chromium, with all that the package's headless shell leaves out. */
export async function launchWholeChromium(): Promise<Browser> {
  return launch({
    executablePath: installed.chromium ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', reducedMotion],
  });
}

/** @param preferences - as on `about:config` */
export async function launchFirefox(preferences: Record<string, unknown> = {}): Promise<Browser> {
  return launch({
    browser: 'firefox',
    executablePath: installed.firefox ?? '',
    extraPrefsFirefox: { 'ui.prefersReducedMotion': 1, ...preferences },
  });
}

/** Where these browsers are on this machine, if they are. */
export const installed = {
  chromium: findProgram('chromium', 'google-chrome'),
  firefox: findProgram('firefox', 'firefox-esr'),
};

export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** A tab of a browser that puppeteer drives, with all that puppeteer can do with it. */
export type PuppeteerTab = Tab & {
  page: Page;
  /** Every line of the console, errors of the network among them. */
  logged: string[];
};

/** @param prepare - what to do with the page before it is loaded */
export async function openTab(
  context: BrowserContext | Browser,
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<PuppeteerTab> {
  return profileOf(context).open(url, async ({ page }) => prepare?.(page));
}

/** The profile that a browser, or a context of it, stands for. */
export function profileOf(context: BrowserContext | Browser): Profile<PuppeteerTab> {
  return {
    async open(url, prepare) {
      const tab = tabFor(await context.newPage());
      await prepare?.(tab);
      await tab.navigate(url);
      return tab;
    },
    async openProfile() {
      const browser = 'browser' in context ? context.browser() : context;
      return profileOf(await browser.createBrowserContext());
    },
    close: () => context.close(),
  };
}

/** What Firefox reports as errors of a page, though no script has thrown them. */
const networkErrors = /^Error: (Cross-Origin Request Blocked:|Failed to load ‘|Firefox can’t establish a connection)/;

function tabFor(page: Page): PuppeteerTab {
  // As long as `eventually`.
  page.setDefaultTimeout(60_000);
  const problems: string[] = [];
  const logged: string[] = [];
  page.on('pageerror', (error) => {
    const text = String(error);
    (networkErrors.test(text) ? logged : problems).push(text);
  });
  page.on('console', (message) => logged.push(message.text()));

  return withHooks({
    page,
    problems,
    logged,
    // Puppeteer's types are wider: an argument may be a handle.
    evaluate: page.evaluate.bind(page) as Tab['evaluate'],
    evaluateOn: page.$eval.bind(page) as Tab['evaluateOn'],
    navigate: (url) => page.goto(url),
    goBack: () => page.goBack(),
    reload: () => page.reload({ waitUntil: 'domcontentloaded' }),
    close: () => page.close(),
  });
}

/**
 * Where an element is, once it is shown and stays in its place. A handle of the element would be of no use: the chart
 * replaces its elements when its size or its colours change.
 */
export async function boxOf(page: Page, selector: string) {
  const measure = () =>
    page.$eval(selector, (element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    });
  let last: Awaited<ReturnType<typeof measure>> | undefined;
  return eventually(async () => {
    const box = await measure();
    const before = last;
    last = box;
    if (box.width === 0 || !isDeepStrictEqual(box, before)) throw new Error(`${selector} is not shown, or it moves`);
    return box;
  });
}

/** A time zone where the hour is this one at a time. */
export function zoneWhereItIs(hour: number, at = Date.now()): string {
  const ahead = hour - new Date(at).getUTCHours();
  // The signs of these zones are the other way round.
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

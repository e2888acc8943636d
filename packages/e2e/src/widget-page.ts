import { type Snapshot, tickMs } from '@live-visitors/shared';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { afterEach, expect } from 'vitest';
import { useBuiltServer } from './built-server.ts';
import { eventually } from './eventually.ts';
import { type Site, startSite } from './site.ts';

type OpenOptions = {
  profile?: BrowserContext | Browser;
  /** What to do with the page before it is loaded. */
  prepare?: (page: Page) => Promise<unknown>;
};

/** One tab with a page that has widgets in it. */
export type WidgetPage = Awaited<ReturnType<typeof openWidgetPage>>;

/** Gives the tests around it a browser that they share, and each of them a built server and sites of its own. */
export function useWidgets(launch: () => Promise<Browser>) {
  const { browser, server, restartServer } = useBuiltServer(launch);
  let sites: Site[] = [];
  let pages: WidgetPage[] = [];

  afterEach(async () => {
    const errors = pages.flatMap((page) => page.errors);
    for (const page of pages) await page.close();
    pages = [];
    for (const site of sites) await site.stop();
    sites = [];
    expect(errors).toEqual([]);
  });

  /** What the server counts. */
  async function counted(): Promise<Snapshot> {
    const response = await fetch(`${server().url}/visitors`);
    return (await response.json()) as Snapshot;
  }

  async function counts(figures: Partial<Snapshot>) {
    await eventually(async () => expect(await counted()).toMatchObject(figures));
  }

  return {
    browser,
    server,
    restartServer,
    pages: () => pages,

    async startSite(host?: string): Promise<Site> {
      const site = await startSite(host);
      sites.push(site);
      return site;
    },

    async open(url: string, { profile = browser(), prepare }: OpenOptions = {}): Promise<WidgetPage> {
      const page = await openWidgetPage(profile, url, prepare);
      pages.push(page);
      return page;
    },

    async close(page: WidgetPage) {
      pages = pages.filter((other) => other !== page);
      await page.close();
    },

    /** Waits until every widget of every page is live and shows that number. */
    async allShow(online: number) {
      await eventually(async () => {
        for (const page of pages) {
          for (const widget of await page.widgets()) {
            expect(widget).toMatchObject({ number: String(online), state: 'live' });
          }
        }
      });
    },

    counted,

    /** Waits until the server counts what is said. */
    counts,

    /** Waits until the server counts what is said, and looks whether it still does after the next tick. */
    async keepsCounting(figures: Partial<Snapshot>) {
      await counts(figures);
      await new Promise((resolve) => setTimeout(resolve, 1.2 * tickMs));
      expect(await counted()).toMatchObject(figures);
    },
  };
}

/** The markup of the widget's script. */
export function scriptOf(server: string): string {
  return `<script src="${server}/widget.js" async></script>`;
}

async function openWidgetPage(
  profile: BrowserContext | Browser,
  url: string,
  prepare: (page: Page) => Promise<unknown> = async () => {},
) {
  const page = await profile.newPage();
  const errors: string[] = [];
  const logged: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => logged.push(message.text()));
  await prepare(page);
  await page.goto(url);

  return {
    page,
    /** What nobody caught. */
    errors,
    /** Every line of the console, errors of the network among them. */
    logged,

    /** What each widget shows, in the order of the document. */
    widgets: () =>
      page.$$eval('live-visitors', (elements) =>
        elements.map((element) => {
          const part = (name: string) => element.shadowRoot?.querySelector<HTMLElement>(`[part~="${name}"]`);
          const number = part('number');
          return {
            number: number?.textContent,
            label: part('label')?.textContent,
            state: number?.part[1],
            title: number?.title,
          };
        }),
      ),

    /** What a style property of a part of the first widget comes to. */
    style: (part: string, property: string) =>
      page.$eval(
        'live-visitors',
        (element, selector, name) => {
          const found = element.shadowRoot?.querySelector(selector);
          return found ? getComputedStyle(found).getPropertyValue(name) : undefined;
        },
        `[part~="${part}"]`,
        property,
      ),

    close: () => page.close(),
  };
}

import { randomUUID } from 'node:crypto';
import { type Snapshot, tickMs } from '@live-visitors/shared';
import { afterEach, expect } from 'vitest';
import { useBuiltServer } from './built-server.ts';
import { eventually } from './eventually.ts';
import { type Site, startSite } from './site.ts';
import type { Profile, Tab } from './tab.ts';

/** One tab with a page that has widgets in it. */
export type WidgetPage<Opened extends Tab = Tab> = ReturnType<typeof withWidgets<Opened>>;

/** Gives the tests around it a browser that they share, and each of them a built server and sites of its own. */
export function useWidgets<Opened extends Tab>(launch: () => Promise<Profile<Opened>>) {
  const { browser, server, restartServer } = useBuiltServer(launch);
  let sites: Site[] = [];
  let pages: WidgetPage<Opened>[] = [];

  afterEach(async () => {
    const opened = pages;
    pages = [];
    for (const page of opened) await page.close();
    for (const site of sites) await site.stop();
    sites = [];
    expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
  });

  /** What the server counts. */
  async function counted(): Promise<Snapshot> {
    const response = await fetch(`${server().url}/visitors`);
    return (await response.json()) as Snapshot;
  }

  async function counts(figures: Partial<Snapshot>) {
    await eventually(async () => expect(await counted()).toMatchObject(figures));
  }

  async function startOwnSite(host?: string): Promise<Site> {
    const site = await startSite(host);
    sites.push(site);
    return site;
  }

  /** @param prepare - what to do with the tab before the page is loaded */
  async function open(url: string, prepare?: (tab: Opened) => Promise<unknown>): Promise<WidgetPage<Opened>> {
    const page = withWidgets(await browser().open(url, prepare));
    pages.push(page);
    return page;
  }

  return {
    browser,
    server,
    restartServer,
    pages: () => pages,
    startSite: startOwnSite,
    open,

    /** Publishes a page with the widget's script on a site of its own, and opens it. */
    async openPage(markup: string, prepare?: (tab: Opened) => Promise<unknown>) {
      const site = await startOwnSite();
      return open(site.publish(scriptOf(server().url) + markup), prepare);
    },

    async close(page: WidgetPage<Opened>) {
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

/** Lets another browser arrive with so many tabs, in its own place if it is there already. */
export async function arrive(server: string, tabs: number, id: string = randomUUID()) {
  const abort = new AbortController();
  const response = await fetch(`${server}/stream?browser=${id}&tabs=${tabs}`, { signal: abort.signal });
  expect(response.status).toBe(200);
  const drained = response.body?.pipeTo(new WritableStream()).catch(() => {});
  return {
    async leave() {
      abort.abort();
      await drained;
    },
  };
}

/** Adds to a tab what tests look at in its widgets. */
function withWidgets<Opened extends Tab>(tab: Opened) {
  return {
    ...tab,

    /** What each widget shows, in the order of the document. */
    widgets: () =>
      tab.evaluate(() =>
        [...document.querySelectorAll('live-visitors')].map((element) => {
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

    /** Records what number and state the first widget shows, from now on. Returns how to read it. */
    async recordShown(): Promise<() => Promise<string[]>> {
      await tab.evaluateOn('live-visitors', ({ shadowRoot }) => {
        const number = shadowRoot?.querySelector('[part~="number"]');
        if (!number) throw new Error('The widget has no number.');
        const shown: string[] = [];
        Object.assign(globalThis, { shown });
        const add = () => shown.push(`${number.textContent} ${number.part[1]}`);
        add();
        new MutationObserver(add).observe(number, { childList: true, attributeFilter: ['part'] });
      });
      return () => tab.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
    },

    /** What a style property of a part of the first widget comes to. */
    style: (part: string, property: string) =>
      tab.evaluateOn(
        'live-visitors',
        (element, selector, name) => {
          const found = element.shadowRoot?.querySelector(selector);
          return found ? getComputedStyle(found).getPropertyValue(name) : undefined;
        },
        `[part~="${part}"]`,
        property,
      ),
  };
}

import { afterEach, expect } from 'vitest';
import type { PuppeteerTab } from './browser.ts';
import { useBuiltServer } from './built-server.ts';
import { eventually } from './eventually.ts';
import type { Profile, Tab } from './tab.ts';

export type TabOptions<Opened extends Tab = Tab> = {
  profile?: Profile<Opened>;
  /** The name by which the page is opened. */
  host?: string;
  /** The port by which the page is opened, if it is not the server's. */
  port?: number;
  /** What to do with the tab before the page is loaded. */
  prepare?: (tab: Opened) => Promise<unknown>;
};

/** Has the page find that features are withheld from it, as they are in some frames. */
export const withhold =
  (...names: ('locks' | 'BroadcastChannel')[]) =>
  ({ page }: PuppeteerTab) =>
    page.evaluateOnNewDocument((withheld) => {
      for (const name of withheld) {
        Object.defineProperty(name === 'locks' ? navigator : window, name, {
          get() {
            throw new DOMException(`${name} is withheld`, 'SecurityError');
          },
        });
      }
    }, names);

/** Gives the tests around it a browser that they share, and each of them a built server of its own. */
export function useTabs<Opened extends Tab>(launch: () => Promise<Profile<Opened>>, defaults: TabOptions<Opened> = {}) {
  const { browser, server, restartServer } = useBuiltServer(launch);
  let tabs: Opened[] = [];

  afterEach(async () => {
    const opened = tabs;
    tabs = [];
    for (const tab of opened) await tab.close();
    expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
  });

  return {
    browser,
    server,
    restartServer,
    tabs: () => tabs,

    /** The tab at an index; the first one leads. */
    tab(index: number): Opened {
      const tab = tabs[index];
      if (!tab) throw new Error(`there is no tab ${index}`);
      return tab;
    },

    async open(count: number, options: TabOptions<Opened> = {}) {
      const { profile = browser(), host = 'localhost', port = server().port, prepare } = { ...defaults, ...options };
      const url = `http://${host}:${port}`;
      for (let i = 0; i < count; i++) tabs.push(await profile.open(url, prepare));
    },

    /** Looks no more at the tab at an index, and gives it. */
    take(index: number): Opened {
      const [tab] = tabs.splice(index, 1);
      if (!tab) throw new Error(`there is no tab ${index}`);
      return tab;
    },

    /** Waits until every tab is live and shows what is said. */
    async allShow(figures: { online: number; browsers?: number; visits?: number; peak?: number }) {
      const values = Object.entries(figures).map(([name, value]) => [name, String(value)]);
      const expected = { connection: 'live', ...Object.fromEntries(values) };
      await eventually(async () => {
        for (const tab of tabs) expect(await tab.view()).toMatchObject(expected);
      });
    },
  };
}

/** Reloads all tabs at once, as an update of a site may do, and waits until each has read its new document. */
export async function reloadTogether(tabs: readonly Tab[]): Promise<void> {
  for (const tab of tabs) await tab.mark();
  await Promise.all(tabs.map((tab) => tab.evaluate(() => location.reload())));
  await eventually(async () => {
    for (const tab of tabs) {
      expect(await tab.evaluate(() => !('marked' in window) && document.readyState !== 'loading')).toBe(true);
    }
  });
}

/** Ends the process of a tab. */
export async function crash({ page }: PuppeteerTab): Promise<void> {
  void page.goto('chrome://crash').catch(() => {});
}

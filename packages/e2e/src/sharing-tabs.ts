import type { Browser, Page } from 'puppeteer-core';
import { afterEach, expect } from 'vitest';
import { launchChromium, openTab, type Tab } from './browser.ts';
import { useBuiltServer } from './built-server.ts';
import { eventually } from './eventually.ts';

// Any name but localhost makes plain HTTP no secure context, in which there are no locks.
export const plainHost = 'visitors.test';

/** Has the page find that features are withheld from it, as they are in some frames. */
export const withhold =
  (...names: ('locks' | 'BroadcastChannel')[]) =>
  (page: Page) =>
    page.evaluateOnNewDocument((withheld) => {
      for (const name of withheld) {
        Object.defineProperty(name === 'locks' ? navigator : window, name, {
          get() {
            throw new DOMException(`${name} is withheld`, 'SecurityError');
          },
        });
      }
    }, names);

export const launchWithPlainHost = () => launchChromium(`--host-resolver-rules=MAP ${plainHost} 127.0.0.1`);

export type TabOptions = {
  profile?: Parameters<typeof openTab>[0];
  /** The name by which the page is opened. */
  host?: string;
  /** What to do with the page before it is loaded. */
  prepare?: (page: Page) => Promise<unknown>;
};

/** Gives the tests around it a browser that they share, and each of them a built server of its own. */
export function useTabs(launch: () => Promise<Browser>, defaults: TabOptions = {}) {
  const { browser, server, restartServer } = useBuiltServer(launch);
  let tabs: Tab[] = [];

  afterEach(async () => {
    const problems = tabs.flatMap((tab) => tab.problems);
    for (const tab of tabs) await tab.close();
    tabs = [];
    expect(problems).toEqual([]);
  });

  return {
    browser,
    server,
    restartServer,
    tabs: () => tabs,

    /** The tab at an index; the first one leads. */
    tab(index: number): Tab {
      const tab = tabs[index];
      if (!tab) throw new Error(`there is no tab ${index}`);
      return tab;
    },

    async open(count: number, options: TabOptions = {}) {
      const { profile = browser(), host = 'localhost', prepare } = { ...defaults, ...options };
      const url = server().url.replace('localhost', host);
      for (let i = 0; i < count; i++) tabs.push(await openTab(profile, url, prepare));
    },

    /** Looks no more at the tab at an index, and gives it. */
    take(index: number): Tab {
      const [tab] = tabs.splice(index, 1);
      if (!tab) throw new Error(`there is no tab ${index}`);
      return tab;
    },

    /** Waits until every tab is live and shows what is said. */
    async allShow(figures: { online: number; browsers?: number; visits?: number }) {
      await eventually(async () => {
        for (const tab of tabs) {
          expect(await tab.connection()).toBe('live');
          for (const [name, value] of Object.entries(figures)) {
            expect(await tab.figure(name as keyof typeof figures)).toBe(value);
          }
        }
      });
    },
  };
}

/** Ends the process of a tab. */
export async function crash(tab: Tab): Promise<void> {
  void tab.page.goto('chrome://crash').catch(() => {});
}

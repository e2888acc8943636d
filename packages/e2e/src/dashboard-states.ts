import type { PageCount } from '@live-visitors/shared';
import { boxOf, type PuppeteerTab } from './browser.ts';
import { type Manner, reason, type StandIn } from './stand-in.ts';

/** A state in which someone may find the dashboard. */
export type DashboardState = {
  name: string;
  /** How the server behaves when the dashboard is loaded. */
  manner?: Manner;
  /** What the server lists, if it does. */
  pages?: readonly PageCount[];
  /** The value of `data-connection`. */
  connection: string;
  /** Its English texts, by selectors. */
  says: Record<string, string>;
  /** Brings the loaded dashboard into the state. */
  reach?: (tab: PuppeteerTab, server: StandIn) => Promise<unknown>;
};

/** Names as strangers may write them. */
export const hostileNames = [
  'x'.repeat(128),
  'words '.repeat(21),
  `a${'\u0334\u0300'.repeat(31)}`,
  '\u202Egnp.exe',
  'مرحبا',
  '<img src=x onerror=alert(1)>',
  '__proto__',
  ' ',
  '&amp;',
];
const hostilePages = hostileNames.map((name, index) => ({ name, online: 1234 >> index }));

export const dashboardStates: readonly DashboardState[] = [
  { name: 'connecting', manner: 'silent', connection: 'connecting', says: { '.connection': 'Connecting…' } },
  { name: 'live', connection: 'live', says: { '.connection': 'Live', '.age': '' } },
  {
    name: 'showing a month',
    connection: 'live',
    says: { '.summary': 'Between 1 and 8 in the last 30 days' },
    reach: (tab) => tab.page.click('.period [value="30d"]'),
  },
  {
    name: 'zoomed',
    connection: 'live',
    says: { '.show-all': 'Show all' },
    reach: async (tab) => {
      await tab.page.click('.period [value="24h"]');
      await shows(tab, '.chart canvas');
      const { x, y, width } = await boxOf(tab.page, '.chart');
      await tab.page.mouse.move(x + width / 3, y + 30);
      await tab.page.mouse.down();
      await tab.page.mouse.move(x + width / 2, y + 30, { steps: 3 });
      await tab.page.mouse.up();
      await shows(tab, '.show-all:not([hidden])');
    },
  },
  {
    name: 'listing pages',
    pages: hostilePages,
    connection: 'live',
    says: { '#pages-title': 'Busiest pages', '.pages li': `${hostileNames[0]} 1,234 visitors here` },
  },
  {
    name: 'listing no pages',
    pages: [],
    connection: 'live',
    says: { '.pages p': 'Pages appear here when someone opens them.' },
  },
  {
    name: 'stale',
    manner: 'falls silent',
    pages: hostilePages,
    connection: 'stale',
    says: { '.connection': 'No updates from the server' },
  },
  {
    name: 'reconnecting',
    connection: 'reconnecting',
    says: { '.connection': 'Reconnecting' },
    reach: async (tab, server) => {
      await shows(tab, 'body[data-connection="live"]');
      await server.vanish();
    },
  },
  {
    name: 'counting down',
    connection: 'reconnecting',
    says: { '.connection': 'Reconnecting' },
    reach: async (tab, server) => {
      await shows(tab, 'body[data-connection="live"]');
      server.behave('busy');
      server.hangUp();
      await tab.page.waitForFunction(() => /\d/.test(document.querySelector('.countdown')?.textContent ?? ''));
    },
  },
  {
    name: 'offline',
    connection: 'offline',
    says: { '.connection': 'This device is offline' },
    reach: async (tab, server) => {
      await shows(tab, 'body[data-connection="live"]');
      await tab.page.setOfflineMode(true);
      server.hangUp();
    },
  },
  {
    name: 'refused',
    connection: 'refused',
    says: { '.connection': `Connection refused: ${reason}` },
    reach: async (tab, server) => {
      await shows(tab, 'body[data-connection="live"]');
      server.behave('refuses');
      server.hangUp();
    },
  },
  {
    name: 'partial',
    connection: 'live',
    says: { '.notice': 'Part of this count is out of date: some servers cannot be reached.' },
    reach: async (tab, server) => {
      server.count({ partial: true });
      await shows(tab, '.notice:not(:empty)');
    },
  },
  {
    name: 'dialog open',
    connection: 'live',
    says: { '#embed-title': 'Put it on your site' },
    reach: async (tab) => {
      await tab.page.click('[data-opens="embed"]');
      await shows(tab, 'dialog[open]');
    },
  },
];

/** Waits until the dashboard has an element that matches. */
async function shows(tab: PuppeteerTab, selector: string): Promise<void> {
  await tab.page.waitForSelector(selector);
}

/** Waits until the dashboard is in the state. Its server must behave as `manner` says since it was loaded. */
export async function reach(state: DashboardState, tab: PuppeteerTab, server: StandIn): Promise<void> {
  await state.reach?.(tab, server);
  await shows(tab, selectorOf(state));
  if (state.pages) await shows(tab, '.pages:not([hidden])');
}

export async function isIn(state: DashboardState, tab: PuppeteerTab): Promise<boolean> {
  return (await tab.page.$(selectorOf(state))) !== null;
}

function selectorOf({ connection }: DashboardState): string {
  return `body[data-connection="${connection}"]`;
}

import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { type Language, languages, languageTags } from '../../client/src/dashboard/messages/languages.ts';
import { auditEverywhere, contrastOf, themes } from '../src/audit.ts';
import { launchChromium, openTab, type PuppeteerTab } from '../src/browser.ts';
import { type DashboardState, dashboardStates, isIn, reach } from '../src/dashboard-states.ts';
import { eventually } from '../src/eventually.ts';
import { reason, type StandIn, startStandIn } from '../src/stand-in.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function open(
  { onTestFinished }: TestContext,
  state: DashboardState,
  query = '',
): Promise<{ tab: PuppeteerTab; server: StandIn }> {
  const server = await startStandIn();
  server.behave(state.manner ?? 'even');
  server.list(state.pages);
  const tab = await openTab(browser, server.url + query);
  onTestFinished(async () => {
    await tab.close();
    await server.stop();
  });
  await reach(state, tab, server);
  return { tab, server };
}

/** Does something while the dashboard is in a state. Some states pass by themselves: then it starts again. */
async function within<Result>(
  state: DashboardState,
  { tab, server }: Awaited<ReturnType<typeof open>>,
  work: () => Promise<Result>,
) {
  for (;;) {
    const result = await work();
    if (await isIn(state, tab)) return result;
    if (state.manner !== undefined) await tab.page.reload();
    await reach(state, tab, server);
  }
}

function stateNamed(name: string): DashboardState {
  const state = dashboardStates.find((candidate) => candidate.name === name);
  if (!state) throw new Error(`there is no state ${name}`);
  return state;
}

describe.concurrent.each(dashboardStates.map((state) => [state.name, state] as const))('%s', (_, state) => {
  test('fits every screen and bars nobody, in every theme, and is told', async (context) => {
    const opened = await open(context, state);
    const { tab } = opened;
    expect(await auditEverywhere(tab.page, (step) => within(state, opened, step))).toEqual([]);
    const selectors = Object.keys(state.says);
    const texts = () => Promise.all(selectors.map((selector) => tab.text(selector)));
    await eventually(async () => expect(await within(state, opened, texts)).toEqual(Object.values(state.says)));
    expect(tab.problems).toEqual([]);
  });
});

describe.concurrent.each(['reconnecting', 'offline'])('the number, while the dashboard is %s', (name) => {
  test.for(themes)('is dimmed, and can still be read when it is %s', async (theme, context) => {
    const { tab } = await open(context, stateNamed(name));
    await tab.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
    await eventually(async () => {
      const contrast = await contrastOf(tab.page, '.online');
      // Large text is to have 3 (WCAG 2.2 §1.4.3). As ink, it has more than 15.
      expect(contrast).toBeGreaterThan(3);
      expect(contrast).toBeLessThan(5);
    });
  });
});

test.concurrent('the number is not read before it is known, nor is anything announced', async (context) => {
  const { tab } = await open(context, stateNamed('connecting'));
  expect(await tab.page.$eval('.online-line', ({ ariaHidden }) => ariaHidden)).toBe('true');
  expect(await tab.text('.announcement')).toBe('');
});

test.concurrent('only the announcement speaks by itself', async (context) => {
  const { tab } = await open(context, stateNamed('partial'));
  const live = await tab.page.$$eval('main :is([role="status"], [role="alert"], [aria-live])', (elements) =>
    elements.map(({ className }) => className),
  );
  expect(live).toEqual(['announcement visually-hidden']);
  await eventually(async () => expect(await tab.text('.announcement')).toContain(languages.en.partial));
});

test.concurrent('a refusal without a reason of its own has the one of the server, which is marked as English', async (context) => {
  const { tab } = await open(context, stateNamed('refused'), '?lang=es');
  expect(await tab.text('.connection')).toBe(`${languages.es.connection.refused} ${reason}`);
  expect(await tab.text('.connection [lang="en"]')).toBe(reason);
});

test.concurrent('part of a fleet that cannot be heard is told, until it can', async (context) => {
  const { tab, server } = await open(context, stateNamed('partial'));
  expect(await tab.text('.notice')).toBe(languages.en.partial);
  server.count({ partial: undefined });
  await eventually(async () => expect(await tab.text('.notice')).toBe(''));
});

/** The messages that never change. `index.html` has them in English. */
function fixedIn(tag: Language): { [name: string]: string } {
  if (tag !== 'en') return languages[tag].fixed ?? {};
  const html = readFileSync(new URL('../../client/index.html', import.meta.url), 'utf8');
  const texts = html.matchAll(/data-message="(\w+)"[^>]*>\s*([^<]*?)\s*</g);
  const attributes = html.matchAll(/(?:content|aria-label)="([^"]+)" data-message-\w+="(\w+)"/g);
  return Object.fromEntries([
    ...Array.from(texts, ([, name = '', text = '']) => [name, text]),
    ...Array.from(attributes, ([, text = '', name = '']) => [name, text]),
  ]);
}

/** All that is said in a language by itself, and not as a part of a sentence. */
function phrasesIn(tag: Language): string[] {
  const { connection, visitorsHere, tabs, browsers, rightNow, copy } = languages[tag];
  return [fixedIn(tag), connection, visitorsHere, tabs, browsers, { rightNow, copy }]
    .flatMap((group) => Object.values(group))
    .filter((phrase) => typeof phrase === 'string');
}

/** All texts and labels of a page, but for the name of the project. */
function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const elements = [...document.querySelectorAll<HTMLElement>('body *:not(h1, noscript)')];
    const texts = elements.flatMap(({ childNodes }) => [...childNodes]).filter(({ nodeType }) => nodeType === 3);
    return [...elements.map(({ ariaLabel }) => ariaLabel), ...texts.map(({ textContent }) => textContent)].map(
      (text) => text?.replaceAll(/\s+/g, ' ').trim() ?? '',
    );
  });
}

describe.concurrent.each(languageTags)('in %s', (tag) => {
  // Those in English have been looked at above.
  test.for(tag === 'en' ? [] : dashboardStates.map(({ name }) => name))(
    'the dashboard that is %s fits, and bars nobody',
    async (name, context) => {
      const state = stateNamed(name);
      const opened = await open(context, state, `?lang=${tag}`);
      expect(await auditEverywhere(opened.tab.page, (step) => within(state, opened, step))).toEqual([]);
    },
  );

  test('all is said, and nothing in another language', async (context) => {
    const { tab } = await open(context, stateNamed('listing pages'), `?lang=${tag}`);
    expect(await tab.page.$eval('html', ({ lang }) => lang)).toBe(tag);
    const texts = await textsOf(tab.page);
    const own = phrasesIn(tag);
    const { description, ...shown } = fixedIn(tag);
    expect(await tab.page.$eval('meta[name="description"]', ({ content }) => content)).toBe(description);
    for (const phrase of [...Object.values(shown), languages[tag].copy]) expect(texts).toContain(phrase);
    const foreign = languageTags.flatMap(phrasesIn).filter((phrase) => !own.includes(phrase));
    const found = foreign.filter((phrase) => texts.some((text) => ` ${text} `.includes(` ${phrase} `)));
    expect(found).toEqual([]);
  });
});

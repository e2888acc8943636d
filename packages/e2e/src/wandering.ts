import { setTimeout as pass } from 'node:timers/promises';
import { tickMs } from '@live-visitors/shared';
import { expect, onTestFinished, test } from 'vitest';
import { useBuiltServer } from './built-server.ts';
import { describeIn, type Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { startSite } from './site.ts';
import type { Tab } from './tab.ts';
import { scriptOf } from './widget-page.ts';

/** For a measured run, on a machine that does nothing else: 120, say. */
const measuredSeconds = Number(process.env.WANDER_SECONDS ?? 0);
const wanderMs = 1000 * (measuredSeconds || 15);

const pageCount = 30;
const tabsPerProfile = 6;
/** The mean time that a tab stays on a page. */
const stayMs = 4000;

/** A tab goes from one page to another. Between `start` and `end` it may be on either. */
type Move = { tab: number; from: string; to: string; start: number; end: number };
/** What a tab has shown at a moment. */
type Shown = { at: number; page: string; number: string };

/** What must hold for the counts of pages while tabs go from page to page, in any browser. */
export function describeWandering(engine: Engine): void {
  describeIn(engine, 'the counts of 30 pages', () => {
    const { browser, server } = useBuiltServer(engine.launch);

    test('are right at every tick while 12 tabs of two profiles wander over them', { timeout: 300_000 }, async () => {
      const site = await startSite();
      onTestFinished(site.stop);
      const urls = Array.from({ length: pageCount }, () => site.publish(markup(server().url)));
      const second = await browser().openProfile();
      onTestFinished(() => second.close());

      const pages = urls.map((url) => new URL(url).pathname);
      const moves: Move[] = [];
      const shown: Shown[] = [];
      const collect = async (tab: Tab) => void shown.push(...(await tab.evaluate(takeShown)));
      const tabs: Tab[] = [];

      /** Notes a move, and makes it. */
      async function move(tab: number, from: string, to: string, go: () => Promise<unknown>) {
        const made = { tab, from, to, start: Date.now(), end: Number.POSITIVE_INFINITY };
        moves.push(made);
        await go();
        made.end = Date.now();
      }

      for (const profile of [browser(), second]) {
        for (let i = 0; i < tabsPerProfile; i++) {
          await move(tabs.length, '', pick(pages), async () => {
            tabs.push(await profile.open(site.origin + moves.at(-1)?.to));
          });
        }
      }
      const follows = await tabs[0]?.evaluate(() => 'navigation' in window);
      const promisedMs = follows ? 1500 : 2500;
      const begin = Date.now();
      await Promise.all(
        tabs.map(async (tab, index) => {
          let page = moves[index]?.to ?? '';
          while (Date.now() < begin + wanderMs) {
            await pass(2 * stayMs * Math.random());
            const next = pick(pages.filter((each) => each !== page));
            // Half of the pages are reached by the application on the page, the others are loaded.
            if (pages.indexOf(next) % 2 === 0) await move(index, page, next, () => tab.evaluate(follow, next));
            else {
              await collect(tab);
              await move(index, page, next, () => tab.navigate(site.origin + next));
            }
            page = next;
          }
        }),
      );

      for (const tab of tabs) await collect(tab);
      await eventually(async () => {
        for (const [index, tab] of tabs.entries()) {
          const page = moves.findLast((each) => each.tab === index)?.to ?? '';
          expect((await tab.evaluate(takeShown)).at(-1)?.number).toBe(`${tabsOn(page, Date.now(), moves)}`);
        }
      });
      const report = judge(shown, moves, promisedMs);
      console.info(`${engine.name}: ${JSON.stringify({ moves: moves.length, promisedMs, ...report })}`);
      expect(report.checked).toBeGreaterThan(wanderMs / tickMs);
      if (measuredSeconds > 0) expect(report.wrong).toEqual([]);
      // Other tests slow down this one.
      expect(report.worstLatenessMs).toBeLessThan(measuredSeconds > 0 ? promisedMs : 10_000);
      expect(tabs.flatMap(({ problems }) => problems)).toEqual([]);
    });
  });
}

/** A page that shows its count, and records what it shows at every tick, and between them as often as its browser lets it. */
const markup = (server: string) => `${scriptOf(server)}
  <live-visitors page></live-visitors>
  <script>
    globalThis.shown = [];
    const [element] = document.querySelectorAll('live-visitors');
    const record = () => {
      const number = element.shadowRoot?.querySelector('[part~="number"]').textContent;
      shown.push({ at: Date.now(), page: location.pathname, number });
    };
    element.addEventListener('snapshot', record);
    setInterval(record, 200);
  </script>`;

/** Runs in the page. */
function follow(path: string): void {
  history.pushState({}, '', path);
}

/** Runs in the page. */
function takeShown(): Shown[] {
  return (globalThis as unknown as { shown: Shown[] }).shown.splice(0);
}

function pick(pages: string[]): string {
  return pages[Math.floor(Math.random() * pages.length)] ?? '';
}

/** How many tabs were on a page. */
function tabsOn(page: string, at: number, moves: Move[]): number {
  const latest = new Map(moves.filter(({ start }) => start <= at).map((move) => [move.tab, move.to]));
  return [...latest.values()].filter((each) => each === page).length;
}

/** Compares what was shown with where the tabs were, unless one may have been on its way. */
function judge(shown: Shown[], moves: Move[], promisedMs: number) {
  const wrong: (Shown & { tabs: number; lateMs: number })[] = [];
  let checked = 0;
  let worstLatenessMs = 0;
  for (const each of shown) {
    const { at, page, number } = each;
    const near = moves.filter(({ from, to, start }) => [from, to].includes(page) && start <= at);
    const lateMs = at - Math.max(...near.map(({ end }) => end));
    if (lateMs < 0) continue;
    if (lateMs > promisedMs) checked++;
    const tabs = tabsOn(page, at, moves);
    if (number === `${tabs}`) continue;
    worstLatenessMs = Math.max(worstLatenessMs, lateMs);
    if (lateMs > promisedMs) wrong.push({ ...each, tabs, lateMs });
  }
  return { shown: shown.length, checked, worstLatenessMs, wrong };
}

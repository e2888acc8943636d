import { expect, test } from 'vitest';
import { openRelay } from '../../server/test/helpers/relay.ts';
import { eventually } from './eventually.ts';
import { reloadInRounds } from './reload-rounds.ts';
import { reloadTogether } from './sharing-tabs.ts';
import type { Tab } from './tab.ts';
import { scriptOf, type useWidgets } from './widget-page.ts';

/** What must hold for reloads in any browser: each brings a new visit, and no tab is counted twice. */
export function testReloads({ server, startSite, open, allShow, counts }: ReturnType<typeof useWidgets>): void {
  /** Opens the dashboard over a network that can be slowed down. */
  async function openRelayed(count: number) {
    const { port, slowDown } = await openRelay(Number(server().port));
    const openOne = () => open(`http://localhost:${port}`);
    const tabs: Tab[] = [];
    for (let i = 0; i < count; i++) tabs.push(await openOne());
    await counts({ online: count, visits: count });
    return { tabs, openOne, slowDown };
  }

  test('five tabs that reload together over a slow network are five visits, and never more than five tabs', async () => {
    const { tabs, slowDown } = await openRelayed(5);
    slowDown(400);
    await reloadInRounds(server().url, { online: 5, visits: 5 }, async () => {
      await reloadTogether(tabs);
      await eventually(async () => {
        for (const tab of tabs) expect(await tab.view()).toMatchObject({ connection: 'live', online: '5' });
      });
    });
  });

  test('a leader that reloads right after a new tab has loaded loses no visit', async () => {
    const { tabs, openOne, slowDown } = await openRelayed(2);
    slowDown(400);
    for (let round = 1; round <= 3; round++) {
      tabs.push(await openOne());
      // The oldest document leads.
      const leader = tabs.shift();
      await leader?.reload();
      if (leader) tabs.push(leader);
      await counts({ online: 2 + round, browsers: 1, visits: 2 + 2 * round });
    }
    await counts({ peak: 5 });
  });

  test('a leader that reloads is no lost connection for the other tabs', async () => {
    const address = (await startSite()).publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`);
    const leader = await open(address);
    const follower = await open(address);
    await allShow(2);
    const shown = await follower.recordShown();
    await leader.reload();
    await counts({ online: 2, visits: 3 });
    await allShow(2);
    expect((await shown()).filter((each) => each.endsWith('reconnecting'))).toEqual([]);
  });

  test('three frames of one site are one tab, and one visit with each reload', async () => {
    const site = await startSite();
    const frame = `<iframe src="${site.publish(`${scriptOf(server().url)}<live-visitors></live-visitors>`)}"></iframe>`;
    const page = await open(site.publish(frame.repeat(3)));
    const areLive = () =>
      eventually(async () => {
        const states = await page.evaluate(() =>
          [...document.querySelectorAll('iframe')].map(({ contentDocument }) => {
            const { shadowRoot } = contentDocument?.querySelector('live-visitors') ?? {};
            return shadowRoot?.querySelector('[part~="number"]')?.part[1];
          }),
        );
        expect(states).toEqual(['live', 'live', 'live']);
      });
    await areLive();
    await reloadInRounds(server().url, { online: 1, visits: 1 }, async () => {
      await page.reload();
      await areLive();
    });
  });
}

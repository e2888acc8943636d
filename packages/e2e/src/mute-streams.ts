import { expect, test } from 'vitest';
import { startBufferingProxy } from './buffering-proxy.ts';
import { eventually } from './eventually.ts';
import { scriptOf, type useWidgets } from './widget-page.ts';

/** What must hold in any browser where something on the way holds events back. */
export function testMuteStreams({ server, startSite, open, allShow, keepsCounting }: ReturnType<typeof useWidgets>) {
  test('is looked up every 15 seconds while a stream stays mute, and live as soon as events come', async () => {
    const { url, streamsAt, lookUpsAt, passOn } = await startBufferingProxy(server().port);
    const site = await startSite();
    const page = await open(site.publish(`${scriptOf(url)}<live-visitors></live-visitors>`));
    await eventually(async () => expect(await page.widgets()).toMatchObject([{ number: '1', state: 'delayed' }]));
    const shown = await page.recordShown();

    await eventually(() => expect(lookUpsAt).toHaveLength(2));
    const [openedAt = 0] = streamsAt;
    const [first = 0, second = 0] = lookUpsAt;
    expect(first - openedAt).toBeLessThan(9000);
    expect(second - first).toBeGreaterThan(14_000);
    expect(second - first).toBeLessThan(20_000);
    passOn();
    await allShow(1);
    expect(new Set(await shown())).toEqual(new Set(['1 delayed', '1 live']));
    await keepsCounting({ online: 1, visits: 1, peak: 1 });
  });
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBrowser, type Tab } from './browser-model.ts';

type Browser = ReturnType<typeof createBrowser>;

const present = ({ tabs }: Browser) => tabs.filter(({ state }) => state === 'running' || state === 'frozen');

/** What must hold once things are quiet. */
function expectTruth(browser: Browser): void {
  const here = present(browser);
  expect(browser.online()).toBe(here.length);
  expect(browser.streams()).toHaveLength(Math.min(here.length, 1));
  for (const { update } of here) {
    expect(update.at(-1)?.connection.state).toBe('live');
    expect(update.at(-1)?.last?.snapshot.online).toBe(here.length);
  }
}

async function openTabs(count: number): Promise<Browser> {
  const browser = createBrowser();
  for (let i = 0; i < count; i++) browser.open(true);
  await browser.pass(2500);
  expectTruth(browser);
  return browser;
}

function leaderOf(browser: Browser): Tab {
  const leader = browser.leader();
  if (!leader) throw new Error('nobody leads');
  return leader;
}

function followerOf(browser: Browser): Tab {
  const follower = present(browser).find((tab) => tab !== browser.leader());
  if (!follower) throw new Error('nobody follows');
  return follower;
}

describe('the tabs of a browser', () => {
  test('share one stream, each of them counted, as one browser and one visit each', async () => {
    const browser = await openTabs(14);
    expect(browser.visits()).toBe(14);
  });

  test('know what was online before they came, from the server or from each other', async () => {
    const browser = await openTabs(1);
    await browser.pass(20_000);
    const [first] = browser.tabs;
    const follower = browser.open(true);
    await browser.pass(100);
    expect(follower.recent.read()).toEqual(first?.recent.read());
    expect(follower.recent.read()?.online.length).toBeGreaterThan(20);

    // The last one here leaves, and later another one comes: the server remembers.
    browser.close(leaderOf(browser));
    browser.close(follower);
    await browser.pass(5000);
    const comer = browser.open(true);
    await browser.pass(1500);
    const seen = comer.recent.read()?.online ?? [];
    expect(seen.slice(-6, -2)).toEqual([0, 0, 0, 0]);
    expect(seen.at(-1)).toBe(1);
    expect(seen.length).toBeGreaterThan(25);
  });

  test.each(['close', 'crash'] as const)(
    'count right again soon after a follower or the leader is gone (%s)',
    async (way) => {
      const browser = await openTabs(5);
      for (const pick of [followerOf, leaderOf, leaderOf]) {
        browser[way](pick(browser));
        await browser.pass(1500);
        expectTruth(browser);
      }
      expect(browser.visits()).toBe(5);
    },
  );

  test('know the number at once when they open, and are counted a round trip later', async () => {
    const browser = await openTabs(3);
    const tab = browser.open(true);
    await browser.pass(4);
    expect(tab.update.at(-1)?.last?.snapshot.online).toBe(3);
    await browser.pass(16);
    expectTruth(browser);
  });

  test('take the lead from a leader that is frozen, and have it back as a follower when it thaws', async () => {
    const browser = await openTabs(4);
    const frozen = leaderOf(browser);
    browser.freeze(frozen);
    await browser.pass(6000);
    expect(browser.leader()).not.toBe(frozen);
    for (const tab of present(browser).filter((other) => other !== frozen)) {
      expect(tab.update.at(-1)?.connection.state).toBe('live');
    }
    await browser.pass(6000);
    // Nobody is to notice what a leader of old believes when it wakes up.
    const others = present(browser).filter((tab) => tab !== frozen);
    for (const { update } of others) update.length = 0;
    browser.accepted.length = 0;
    browser.open(true);
    browser.thaw(frozen);
    await browser.pass(3000);
    const states = others.flatMap(({ update }) => update.map(({ connection }) => connection.state));
    expect(new Set(states)).toEqual(new Set(['live']));
    expect(browser.accepted).not.toContain(frozen);
    expectTruth(browser);
    expect(browser.visits()).toBe(5);
  });

  test('leave a frozen leader its lead while nobody looks, and see no thief in one that was asleep itself', async () => {
    const browser = await openTabs(3);
    const leader = leaderOf(browser);
    const follower = followerOf(browser);
    browser.freeze(follower);
    await browser.pass(60_000);
    browser.thaw(follower);
    await browser.pass(3000);
    expect(browser.leader()).toBe(leader);

    for (const tab of browser.tabs) tab.visible = false;
    browser.freeze(leader);
    await browser.pass(10_000);
    expect(browser.leader()).toBe(leader);
  });

  test('do not count one again that comes back out of the back/forward cache', async () => {
    const browser = await openTabs(3);
    for (const tab of [leaderOf(browser), followerOf(browser)]) {
      browser.goAway(tab);
      await browser.pass(1500);
      expectTruth(browser);
      browser.comeBack(tab);
      await browser.pass(1500);
      expectTruth(browser);
    }
    expect(browser.visits()).toBe(3);

    const alone = await openTabs(1);
    const tab = leaderOf(alone);
    alone.goAway(tab);
    await alone.pass(5000);
    alone.comeBack(tab);
    await alone.pass(1000);
    expectTruth(alone);
    expect(alone.visits()).toBe(1);
  });

  test('are visits still to be counted while the server refuses them, whoever leads then', async () => {
    const browser = createBrowser();
    browser.setRefusing(true);
    for (let i = 0; i < 3; i++) browser.open(true);
    await browser.pass(5000);
    expect(browser.visits()).toBe(0);
    browser.close(leaderOf(browser));
    await browser.pass(5000);
    const away = leaderOf(browser);
    browser.goAway(away);
    await browser.pass(5000);
    browser.comeBack(away);
    browser.setRefusing(false);
    await browser.pass(20_000);
    expectTruth(browser);
    expect(browser.visits()).toBe(2);
  });

  test('know when a renewal was refused, so that its visits are not lost with the leader', async () => {
    const browser = await openTabs(1);
    browser.setRefusing(true);
    browser.open(true);
    await browser.pass(500);
    browser.close(leaderOf(browser));
    browser.setRefusing(false);
    await browser.pass(20_000);
    expectTruth(browser);
    expect(browser.visits()).toBe(2);
  });

  test.each(['crash', 'goAway'] as const)(
    'are no visits twice when the server counted them just before their leader went (%s)',
    async (way) => {
      const browser = await openTabs(1);
      browser.open(true);
      while (browser.visits() === 1) await browser.pass(1);
      browser[way](leaderOf(browser));
      await browser.pass(3000);
      expectTruth(browser);
      expect(browser.visits()).toBe(2);
      expect(leaderOf(browser).page.counted).toBe(true);
    },
  );

  test('are no visit twice when the only one goes just after the server counted it, and comes back', async () => {
    const browser = createBrowser();
    const tab = browser.open(true);
    while (browser.visits() === 0) await browser.pass(1);
    browser.goAway(tab);
    await browser.pass(1000);
    browser.comeBack(tab);
    await browser.pass(2000);
    expectTruth(browser);
    expect(browser.visits()).toBe(1);
  });

  test('hear nothing from a leader of old that wakes up when its next try is due', async () => {
    const browser = createBrowser();
    browser.setRefusing(true);
    for (let i = 0; i < 3; i++) browser.open(true);
    await browser.pass(500);
    const frozen = leaderOf(browser);
    browser.freeze(frozen);
    browser.setRefusing(false);
    await browser.pass(10_000);
    expect(browser.leader()).not.toBe(frozen);
    browser.thaw(frozen);
    await browser.pass(3000);
    expect(browser.accepted).not.toContain(frozen);
    expectTruth(browser);
    expect(browser.visits()).toBe(3);
  });

  test('say little to each other while the server refuses them', async () => {
    const browser = createBrowser();
    browser.setRefusing(true);
    for (let i = 0; i < 10; i++) browser.open(true);
    await browser.pass(5000);
    for (const tab of browser.tabs) tab.update.length = 0;
    await browser.pass(10_000);
    // One a second, and one more when it is refused again.
    for (const { update } of browser.tabs) expect(update.length).toBeLessThan(25);
  });

  test('say as little while the server refuses a renewal of theirs', async () => {
    const browser = await openTabs(1);
    browser.setRefusing(true);
    for (let i = 0; i < 9; i++) browser.open(true);
    await browser.pass(5000);
    for (const tab of browser.tabs) tab.update.length = 0;
    await browser.pass(10_000);
    for (const { update } of browser.tabs) expect(update.length).toBeLessThan(25);
  });

  test('renew their stream for ever', async () => {
    const browser = await openTabs(3);
    await browser.pass(300_000);
    expectTruth(browser);
    expect(browser.visits()).toBe(3);
  });

  test('have exactly one stream that counts them all, and no visit twice, after whatever happened to them', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), visible: fc.boolean() }) },
      fc.record({
        do: fc.constantFrom('close' as const, 'crash' as const, 'freeze' as const, 'thaw' as const, 'show' as const),
        which: fc.nat(100),
      }),
      fc.record({ do: fc.constantFrom('goAway' as const, 'comeBack' as const), which: fc.nat(100) }),
      { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(7000) }) },
      fc.record({ do: fc.constant('refuse' as const), refuses: fc.boolean() }),
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(20) }) },
    );

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const browser = createBrowser();
        /** Those that had the time to be counted. */
        const settled = new Set<Tab>();

        for (const next of steps) {
          if (next.do === 'open') {
            browser.open(next.visible);
          } else if (next.do === 'pass') {
            await browser.pass(next.ms);
          } else if (next.do === 'refuse') {
            browser.setRefusing(next.refuses);
          } else {
            const fit = {
              close: ['running'],
              crash: ['running', 'frozen'],
              freeze: ['running'],
              thaw: ['frozen'],
              show: ['running', 'frozen'],
              goAway: ['running'],
              comeBack: ['away'],
            }[next.do];
            const candidates = browser.tabs.filter(({ state }) => fit.includes(state));
            const tab = candidates[next.which % candidates.length];
            if (!tab) continue;
            if (next.do === 'show') for (const other of browser.tabs) other.visible = other === tab;
            else browser[next.do](tab);
          }
        }

        for (const tab of present(browser)) {
          if (tab.state === 'frozen') browser.thaw(tab);
          tab.visible = true;
          settled.add(tab);
        }
        browser.setRefusing(false);
        // Until the middle of a second: a renewal, which a tick sets off, is over by then.
        await browser.pass(35_500 - (browser.time() % 1000));
        expectTruth(browser);
        expect(browser.visits()).toBeLessThanOrEqual(browser.tabs.length);
        // Whether a request that was given up had been counted, nobody knows: such a visit is not reported again.
        expect(browser.visits() + browser.lostOnTheWay()).toBeGreaterThanOrEqual(settled.size);
      }),
      { numRuns: 500 },
    );
  });
});

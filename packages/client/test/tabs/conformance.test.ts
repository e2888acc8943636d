import { describe, expect, test } from 'vitest';
import { BrowserModel, type Means, means, type Tab } from './browser-model.ts';

/** How soon a crashed tab is out of the count: if no lock tells, it has to miss questions first. */
const crashedWithinMs = (given: Means) => (given === 'channel' ? 10_000 : 1500);

/** What must hold once things are quiet. */
function expectTruth({ server, present }: BrowserModel, expected = present): void {
  expect(server.online).toBe(expected.length);
  expect(server.streams()).toHaveLength(expected.length > 0 ? 1 : 0);
  for (const { updates, state } of expected) {
    if (state === 'frozen') continue;
    expect(updates.at(-1)?.connection.state).toBe('live');
    expect(updates.at(-1)?.last?.snapshot.online).toBe(expected.length);
  }
}

/** The tabs of which one has the stream. */
function leaderOf({ server, present }: BrowserModel): Tab {
  const [stream] = server.streams();
  const leader = present.find((tab) => tab === stream?.owner);
  if (!leader) throw new Error('nobody leads');
  return leader;
}

function followerOf(browser: BrowserModel): Tab {
  const follower = browser.present.find((tab) => tab !== leaderOf(browser));
  if (!follower) throw new Error('nobody follows');
  return follower;
}

async function openTabs(given: Means, count: number): Promise<BrowserModel> {
  const browser = new BrowserModel(given);
  for (let i = 0; i < count; i++) browser.open(true);
  await browser.pass(2500);
  return browser;
}

describe.each(means.filter((each) => each !== 'nothing'))('tabs that share by %s', (given) => {
  test('have one stream, each of them counted, as one visit each', async () => {
    const browser = await openTabs(given, 14);
    expectTruth(browser);
    expect(browser.server.visits).toBe(14);
    expect(browser.tabs.every(({ self }) => self.visit === 'acknowledged')).toBe(true);
  });

  test('know the number at once when they open, and are counted within a moment', async () => {
    const browser = await openTabs(given, 3);
    const tab = browser.open(true);
    await browser.pass(10);
    expect(tab.updates[0]?.last?.snapshot.online).toBe(3);
    await browser.pass(50);
    expectTruth(browser);
  });

  test('know what was online before they came, from the server or from each other', async () => {
    const browser = await openTabs(given, 1);
    await browser.pass(20_000);
    const follower = browser.open(true);
    await browser.pass(100);
    expect(follower.recent.read()).toEqual(browser.tabs[0]?.recent.read());
    expect(follower.recent.read()?.online.length).toBeGreaterThan(20);

    browser.close(leaderOf(browser));
    browser.close(follower);
    await browser.pass(5000);
    const comer = browser.open(true);
    await browser.pass(1500);
    expect(comer.recent.read()?.online.slice(-6, -2)).toEqual([0, 0, 0, 0]);
  });

  test('count right soon after a follower or the leader closes', async () => {
    const browser = await openTabs(given, 5);
    for (const pick of [followerOf, leaderOf, leaderOf]) {
      browser.close(pick(browser));
      await browser.pass(1500);
      expectTruth(browser);
    }
    expect(browser.server.visits).toBe(5);
  });

  test('count right after a follower or the leader crashes', async () => {
    const browser = await openTabs(given, 5);
    for (const pick of [followerOf, leaderOf, leaderOf]) {
      browser.crash(pick(browser));
      await browser.pass(crashedWithinMs(given));
      expectTruth(browser);
    }
    expect(browser.server.visits).toBe(5);
  });

  test('take the lead from a leader that is frozen, and have it back as a follower when it thaws', async () => {
    const browser = await openTabs(given, 4);
    const frozen = leaderOf(browser);
    browser.freeze(frozen);
    await browser.pass(12_000);
    expect(leaderOf(browser)).not.toBe(frozen);
    // Its lock shows that it is still there.
    const awake = browser.present.filter((tab) => tab !== frozen);
    expectTruth(browser, given === 'channel' ? awake : browser.present);

    // Nobody is to notice what a leader of old believes when it wakes up.
    for (const { updates } of awake) updates.length = 0;
    browser.server.requests.length = 0;
    browser.open(true);
    browser.thaw(frozen);
    await browser.pass(3000);
    expect(new Set(awake.flatMap(({ updates }) => updates.map(({ connection }) => connection.state)))).toEqual(
      new Set(['live']),
    );
    expect(browser.server.requests.map(({ owner }) => owner)).not.toContain(frozen);
    expectTruth(browser);
    expect(browser.server.visits).toBe(5);
  });

  test('see no silence in a follower that was asleep itself', async () => {
    const browser = await openTabs(given, 3);
    const leader = leaderOf(browser);
    const follower = followerOf(browser);
    browser.freeze(follower);
    await browser.pass(60_000);
    follower.updates.length = 0;
    browser.thaw(follower);
    await browser.pass(3000);
    expect(leaderOf(browser)).toBe(leader);
    expect(new Set(follower.updates.map(({ connection }) => connection.state))).toEqual(new Set(['live']));
    expectTruth(browser);
  });

  test('are all there when the device wakes up', async () => {
    const browser = await openTabs(given, 5);
    for (const tab of browser.tabs) browser.freeze(tab);
    await browser.pass(3_600_000);
    for (const tab of browser.tabs) browser.thaw(tab);
    await browser.pass(4500);
    expectTruth(browser);
    expect(browser.server.visits).toBe(5);
  });

  test('do not count one again that comes back out of the back/forward cache', async () => {
    const browser = await openTabs(given, 3);
    for (const tab of [leaderOf(browser), followerOf(browser)]) {
      browser.goAway(tab);
      await browser.pass(1500);
      expectTruth(browser);
      browser.comeBack(tab);
      await browser.pass(1500);
      expectTruth(browser);
    }
    expect(browser.server.visits).toBe(3);
  });

  test('reload together without a dip or a double', async () => {
    const browser = await openTabs(given, 6);
    for (const tab of browser.present) browser.reload(tab);
    const shown: number[] = [];
    for (let i = 0; i < 30; i++) {
      await browser.pass(100);
      shown.push(browser.server.online);
    }
    expectTruth(browser);
    expect(Math.max(...shown)).toBeLessThanOrEqual(6);
    expect(browser.server.visits).toBe(12);
  });

  test('are visits still to be counted while the server refuses them, whichever tab leads then', async () => {
    const browser = new BrowserModel(given);
    browser.server.manner = 'refuse';
    for (let i = 0; i < 3; i++) browser.open(true);
    await browser.pass(5000);
    const [first] = browser.tabs;
    if (first) browser.close(first);
    await browser.pass(5000);
    browser.server.manner = 'accept';
    await browser.pass(20_000);
    expectTruth(browser);
    expect(browser.server.visits).toBe(2);
  });

  test.each(['crash', 'goAway'] as const)(
    'are no visits twice when the server counted them just before their leader went (%s)',
    async (way) => {
      const browser = await openTabs(given, 1);
      browser.open(true);
      while (browser.server.visits === 1) await browser.pass(1);
      browser[way](leaderOf(browser));
      await browser.pass(crashedWithinMs(given));
      expectTruth(browser);
      expect(browser.server.visits).toBe(2);
    },
  );

  test.each(['hang', 'mute', 'lose', 'refuse'] as const)('lose no visit to requests that %s', async (manner) => {
    const browser = await openTabs(given, 2);
    browser.server.manner = manner;
    browser.open(true);
    browser.open(true);
    await browser.pass(25_000);
    browser.server.manner = 'accept';
    await browser.pass(30_000);
    expectTruth(browser);
    expect(browser.server.visits).toBe(4);
  });

  test('come back when the server is killed and started anew, as no new visits', async () => {
    const browser = await openTabs(given, 4);
    browser.killServer();
    await browser.pass(3000);
    browser.server.isUp = true;
    await browser.pass(15_000);
    expectTruth(browser);
    expect(browser.server.visits).toBe(4);
  });

  test('are shown the count without being in it where they observe, over the same stream', async () => {
    const browser = await openTabs(given, 2);
    const observer = browser.open(true, { observes: true });
    await browser.pass(2000);
    expect(browser.server.online).toBe(2);
    expect(browser.server.streams()).toHaveLength(1);
    expect(observer.updates.at(-1)?.last?.snapshot.online).toBe(2);

    for (const tab of browser.tabs) if (tab !== observer) browser.close(tab);
    await browser.pass(2000);
    expect(browser.server.online).toBe(0);
    expect(browser.server.streams()).toHaveLength(1);
    observer.self.observes = false;
    observer.joined.announce();
    await browser.pass(2000);
    expect(browser.server.online).toBe(1);
    expect(browser.server.visits).toBe(3);
  });

  test('count on the pages that each is on, and follow one that goes to another within a moment', async () => {
    const browser = new BrowserModel(given);
    const tabs = [['/a'], ['/a', '/b'], []].map((on) => browser.open(true, { on, watch: ['/c'] }));
    await browser.pass(2500);
    const shown = () => tabs.map(({ updates }) => updates.at(-1)?.last?.pages);
    expect(shown()).toEqual(tabs.map(() => ({ '/a': 2, '/b': 1, '/c': 0 })));

    // Half-way between two ticks, so that none of them helps.
    for (const pick of [followerOf, leaderOf]) {
      browser.go(pick(browser), ['/c', '/d']);
      browser.server.requests.length = 0;
      await browser.pass(100);
      expect(browser.server.requests).toHaveLength(1);
      const times = tabs.flatMap(({ self }) => self.on);
      for (const name of ['/a', '/b', '/c', '/d']) {
        expect(browser.server.onPage(name)).toBe(times.filter((each) => each === name).length);
        for (const pages of shown()) expect(pages?.[name] ?? 0).toBe(browser.server.onPage(name));
      }
    }
    expectTruth(browser);
    expect(browser.server.visits).toBe(3);
  });

  test('stay on their pages when a frozen leader is replaced, and when all have slept', async () => {
    const browser = new BrowserModel(given);
    for (let i = 0; i < 4; i++) browser.open(true, { on: ['/a', `/${i}`] });
    await browser.pass(2500);
    const frozen = leaderOf(browser);
    browser.freeze(frozen);
    await browser.pass(12_000);
    expect(browser.server.onPage('/a')).toBe(given === 'channel' ? 3 : 4);
    browser.thaw(frozen);
    await browser.pass(3000);
    expect(browser.server.onPage('/a')).toBe(4);

    for (const tab of browser.tabs) browser.freeze(tab);
    await browser.pass(600_000);
    expect(browser.server.onPage('/a')).toBe(0);
    for (const tab of browser.tabs) browser.thaw(tab);
    await browser.pass(4500);
    for (const [name, tabs] of [['/a', 4], ...[0, 1, 2, 3].map((i) => [`/${i}`, 1] as const)] as const) {
      expect(browser.server.onPage(name)).toBe(tabs);
    }
  });

  test('are on the pages of their frames, too, on each of them once', async () => {
    const browser = await openTabs(given, 1);
    const tabId = 'a-tab-with-frames';
    const frames = [['/a', '/b'], ['/a'], ['/c']].map((on) => browser.open(true, { tabId, on }));
    await browser.pass(2000);
    const counts = () => browser.server.pages(['/a', '/b', '/c']);
    expect(counts()).toEqual({ '/a': 1, '/b': 1, '/c': 1 });
    if (frames[0]) browser.close(frames[0]);
    await browser.pass(2000);
    expect(counts()).toEqual({ '/a': 1, '/b': 0, '/c': 1 });
    expect(browser.server.online).toBe(2);
  });

  test('are one tab and one visit with the documents in their frames', async () => {
    const browser = await openTabs(given, 1);
    const [{ id: tabId } = { id: '' }] = browser.tabs;
    const frame = browser.open(true, { tabId });
    browser.open(true, { tabId, observes: true });
    await browser.pass(2000);
    expect(browser.server.online).toBe(1);
    browser.close(frame);
    await browser.pass(2000);
    expect(browser.server.online).toBe(1);
    expect(browser.server.visits).toBe(1);
  });

  test('ask for as many as were counted last where the address has no room for all, and for all later', async () => {
    const browser = await openTabs(given, 1);
    browser.server.room = 3;
    for (let i = 0; i < 4; i++) browser.open(true);
    await browser.pass(3000);
    expect(browser.server.online).toBe(3);
    browser.killServer();
    browser.server.isUp = true;
    await browser.pass(10_000);
    expect(browser.server.online).toBe(3);
    browser.server.room = 10;
    await browser.pass(30_000);
    expectTruth(browser);
    expect(browser.server.visits).toBe(5);
  });

  test('say little to each other while the server refuses them', async () => {
    const browser = new BrowserModel(given);
    browser.server.manner = 'refuse';
    for (let i = 0; i < 10; i++) browser.open(true);
    await browser.pass(5000);
    for (const tab of browser.tabs) tab.updates.length = 0;
    await browser.pass(10_000);
    for (const { updates } of browser.tabs) expect(updates.length).toBeLessThan(25);
  });

  test('renew their stream for ever, and ask for no more than that', async () => {
    const browser = await openTabs(given, 3);
    browser.server.requests.length = 0;
    await browser.pass(300_000);
    expectTruth(browser);
    expect(browser.server.visits).toBe(3);
    expect(browser.server.requests.length).toBeGreaterThanOrEqual(10);
    expect(browser.server.requests.length).toBeLessThanOrEqual(15);
  });

  test('are shown a count that is looked up while their stream is mute', async () => {
    const browser = new BrowserModel(given);
    browser.server.manner = 'mute';
    browser.open(true);
    browser.open(true);
    await browser.pass(8000);
    for (const { updates } of browser.tabs) {
      expect(updates.at(-1)?.connection.state).toBe('delayed');
      expect(updates.at(-1)?.last?.snapshot.online).toBe(2);
    }
    await browser.pass(30_000);
    const states = browser.tabs.flatMap(({ updates }) => updates.map(({ connection }) => connection.state));
    expect(new Set(states)).toEqual(new Set(['connecting', 'delayed']));
    browser.server.manner = 'accept';
    await browser.pass(15_000);
    expectTruth(browser);
    expect(browser.server.visits).toBe(2);
  });

  test('stop for good when the server answers 204', async () => {
    const browser = new BrowserModel(given);
    browser.server.manner = 'answer 204';
    browser.open(true);
    await browser.pass(2000);
    browser.server.requests.length = 0;
    browser.server.manner = 'accept';
    await browser.pass(600_000);
    expect(browser.server.requests).toEqual([]);
    expect(browser.tabs[0]?.updates.at(-1)?.connection.state).toBe('refused');
  });
});

test('a leader that cannot find out at first which tabs are there opens its stream all the same', async () => {
  const browser = new BrowserModel('locks');
  browser.failingQueries = 2;
  browser.open(true);
  browser.open(true);
  await browser.pass(2500);
  expectTruth(browser);
});

test('a newcomer that hears nothing of a frozen leader is counted with it, not beside it', async () => {
  const browser = await openTabs('locks', 2);
  for (const tab of browser.tabs) browser.freeze(tab);
  browser.open(true);
  await browser.pass(7000);
  expectTruth(browser);
});

test('a frozen leader keeps its lead while nobody looks', async () => {
  const browser = await openTabs('locks', 3);
  const leader = leaderOf(browser);
  for (const tab of browser.tabs) tab.visible = false;
  browser.freeze(leader);
  await browser.pass(10_000);
  expect(browser.leader).toBe(leader);
});

describe('tabs that can share nothing', () => {
  test('have a stream each while they are visible', async () => {
    const browser = await openTabs('nothing', 2);
    expect(browser.server.online).toBe(2);
    expect(browser.server.visits).toBe(2);
  });

  test('look the count up while they are hidden, in which they are not', async () => {
    const browser = await openTabs('nothing', 2);
    const [shown, hidden] = browser.tabs;
    if (!shown || !hidden) throw new Error('there is none');
    hidden.visible = false;
    await browser.pass(2000);
    expect(browser.server.online).toBe(1);
    expect(hidden.updates.at(-1)).toMatchObject({
      connection: { state: 'delayed' },
      last: { snapshot: { online: 1 } },
    });
    browser.close(shown);
    await browser.pass(16_000);
    expect(hidden.updates.at(-1)).toMatchObject({
      connection: { state: 'delayed' },
      last: { snapshot: { online: 0 } },
    });
    hidden.visible = true;
    await browser.pass(3000);
    expect(browser.server.online).toBe(1);
    expect(browser.server.visits).toBe(2);
  });
});

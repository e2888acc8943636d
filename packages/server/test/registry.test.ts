import { describe, expect, test } from 'vitest';
import { createLimits } from '../src/presence/limits.ts';
import { noOtherPages, type PageNames } from '../src/presence/page-names.ts';
import { Pages } from '../src/presence/pages.ts';
import { PresenceRegistry } from '../src/presence/registry.ts';
import type { Arrivals } from '../src/presence/visits.ts';

type Stream = { isHeld: boolean };

/** Registry with a clock that stands still until it is set, and room for a few streams. */
function openRegistry(maxStreams = 3, maxPages = 10_000) {
  let now = 0;
  const replaced: Stream[] = [];
  const limits = createLimits({ maxStreams, maxStreamsPerAddress: maxStreams, maxConnections: 10_000, maxPages });
  const pages = new Pages(limits, noOtherPages);
  const registry = new PresenceRegistry<Stream>(
    limits,
    pages,
    () => now,
    (stream) => {
      replaced.push(stream);
      end(stream);
    },
  );

  /** Ends a stream, as the server does: its socket is closed a moment after it was counted out. */
  function end(stream: Stream, keepPlaces = false): boolean {
    const wasThere = registry.remove(stream, { keepPlaces });
    stream.isHeld = false;
    return wasThere;
  }

  const ask = (
    tabs: number,
    browser?: string,
    address = '192.0.2.1',
    arrivals: Arrivals = tabs,
    pages: PageNames = { on: [], watch: [] },
  ) => registry.admit({ browser, tabs, arrivals, address, pages });

  function admit(tabs: number, browser?: string, address?: string, names?: PageNames) {
    const stream = { isHeld: true };
    const admission = ask(tabs, browser, address, tabs, names);
    if (!admission.ok) return { stream, broken: admission.limit };
    registry.register(admission.member, stream);
    return { stream, counted: admission.member.tabs };
  }

  const wait = (ms: number) => {
    now += ms;
  };
  return {
    registry,
    count: (options?: { isConfirmed: boolean }) => registry.count(options),
    read: () => registry.read(),
    audit: () => registry.audit(),
    online: (...names: string[]) => names.map((name) => pages.online(name)),
    replaced,
    ask,
    admit,
    end,
    wait,
  };
}

describe('the registry', () => {
  test('has a client in the count before its stream is opened: what that tells first is true', () => {
    const { ask, read } = openRegistry();
    expect(ask(2)).toMatchObject({ ok: true, member: { tabs: 2 } });
    expect(read().online).toBe(2);
  });

  test('says which limit one more stream would break, and has then counted nothing', () => {
    const { admit, count, end } = openRegistry(1);
    const { stream: first, broken } = admit(1);
    expect(broken).toBeUndefined();
    const refused = admit(4);
    expect(refused.broken).toBe('max_streams');
    expect(count()).toMatchObject({
      streams: [first],
      counts: { online: 1, confirmed: 1, browsers: 1, visits: 1, visitorSeconds: 0 },
    });
    end(first);
    expect(admit(1).broken).toBeUndefined();
  });

  test('has no entry for a stream that could not be opened, and the limits do not count it', () => {
    const { registry, ask, admit, count, audit } = openRegistry(1);
    const admission = ask(2, 'browser-1');
    if (admission.ok) registry.leave(admission.member);
    expect(count()).toMatchObject({ streams: [], counts: { online: 0, browsers: 0 } });
    expect(audit()).toEqual({ streams: 0, tabs: 0, pages: 0, drift: 0 });
    expect(admit(3, 'browser-2').broken).toBeUndefined();
  });

  test('gives a browser that has a stream a new one for it, even if a limit is reached', () => {
    const { admit, count, audit, replaced } = openRegistry(1);
    const { stream: first } = admit(3, 'browser-1');
    const { stream: second, broken } = admit(4, 'browser-1');
    expect(broken).toBeUndefined();
    expect(replaced).toEqual([first]);
    expect(count()).toMatchObject({ streams: [second], counts: { online: 4, browsers: 1 } });
    expect(audit()).toEqual({ streams: 1, tabs: 4, pages: 0, drift: 0 });
    expect(admit(1).broken).toBe('max_streams');
  });

  test('gives the newest stream of a browser the place of the last one', () => {
    const { admit, end, read, replaced, audit } = openRegistry();
    const { stream: first } = admit(2, 'browser-1');
    const { stream: second } = admit(3, 'browser-1');
    expect(replaced).toEqual([first]);
    expect(read()).toMatchObject({ online: 3, browsers: 1, visits: 5 });

    expect(end(first)).toBe(false);
    expect(read()).toMatchObject({ online: 3, browsers: 1 });
    admit(1, 'browser-1');
    expect(end(second)).toBe(false);
    expect(replaced).toEqual([first, second]);
    expect(read()).toMatchObject({ online: 1, browsers: 1 });
    expect(audit()).toEqual({ streams: 1, tabs: 1, pages: 0, drift: 0 });
  });

  test('lets observers take the place of a browser, although they are in no figure', () => {
    const { admit, end, count, read, wait } = openRegistry();
    admit(2, 'browser-1');
    const { stream: observer } = admit(0, 'browser-1');
    wait(1000);
    expect(count().counts).toMatchObject({ online: 0, browsers: 0, visits: 2, visitorSeconds: 0 });
    admit(1, 'browser-1');
    expect(end(observer)).toBe(false);
    expect(read()).toMatchObject({ online: 1, browsers: 1, visits: 3 });
  });

  test('counts nobody out twice', () => {
    const { admit, end, audit } = openRegistry();
    const { stream } = admit(2);
    admit(1);
    expect(end(stream)).toBe(true);
    expect(end(stream)).toBe(false);
    expect(audit()).toEqual({ streams: 1, tabs: 1, pages: 0, drift: 0 });
  });

  test('keeps the places of the other tabs of a stream that breaks off, until the next one takes them', () => {
    const { admit, end, count, audit, wait } = openRegistry();
    const { stream } = admit(3, 'browser-1');
    end(stream, true);
    expect(count().counts).toMatchObject({ online: 2, browsers: 1 });
    expect(audit()).toEqual({ streams: 0, tabs: 2, pages: 0, drift: 0 });
    admit(2, 'browser-1');
    for (let i = 0; i < 60; i++) {
      wait(1000);
      count();
    }
    expect(count().counts).toMatchObject({ online: 2, browsers: 1 });
    expect(audit().drift).toBe(0);
  });

  test('gives those places up at the first count after the grace period, and the limits do not count them any more', () => {
    const { admit, end, count, audit, wait, read } = openRegistry(1);
    const { stream } = admit(3, 'browser-1');
    end(stream, true);
    wait(449);
    expect(count().counts.online).toBe(2);
    wait(1);
    expect(read().online).toBe(2);
    expect(count().counts).toMatchObject({ online: 0, browsers: 0 });
    expect(audit().drift).toBe(0);
    expect(admit(1).broken).toBeUndefined();
  });

  test('keeps no places for a stream that was ended', () => {
    const { admit, end, read } = openRegistry();
    const { stream } = admit(3, 'browser-1');
    end(stream);
    expect(read().online).toBe(0);
  });

  test('takes the time between two counts as spent by all tabs that are online at the second', () => {
    const { admit, count, wait } = openRegistry();
    admit(1);
    wait(1500);
    admit(1);
    expect(count().counts.visitorSeconds).toBe(3);
    expect(count().counts.visitorSeconds).toBe(3);
    wait(500);
    expect(count().counts.visitorSeconds).toBe(4);
  });

  test('takes no time as spent that is longer than two ticks: who left meanwhile is not known', () => {
    const { admit, count, wait } = openRegistry();
    admit(1);
    wait(2000);
    expect(count().counts.visitorSeconds).toBe(2);
    wait(2501);
    expect(count().counts.visitorSeconds).toBe(2);
    wait(1000);
    expect(count().counts.visitorSeconds).toBe(3);
  });

  test('never lets kept places raise a peak', () => {
    const { admit, end, count } = openRegistry();
    const { stream } = admit(14, 'browser-1');
    expect(count().counts).toMatchObject({ online: 14, confirmed: 14 });
    end(stream, true);
    admit(1, 'earlier', '192.0.2.2');
    expect(count().counts).toMatchObject({ online: 14, confirmed: 1 });
  });

  test('gives kept places to a new browser of the same network as its tabs come: they have most likely reloaded', () => {
    const { admit, end, count, read, audit, wait } = openRegistry();
    const { stream } = admit(14, 'browser-1');
    end(stream, true);
    admit(1, 'browser-2');
    expect(count().counts).toMatchObject({ online: 13, browsers: 2, confirmed: 1 });
    admit(9, 'browser-2');
    expect(read()).toMatchObject({ online: 13, browsers: 2 });
    admit(14, 'browser-2');
    expect(count().counts).toMatchObject({ online: 14, browsers: 1, confirmed: 14 });
    expect(audit().drift).toBe(0);
    wait(450);
    expect(count().counts).toMatchObject({ online: 14, browsers: 1 });
  });

  test('gives the oldest kept places first, and none to another network or to a browser that was there before', () => {
    const { admit, end, read, wait, audit } = openRegistry(9);
    const { stream: oldest } = admit(3, 'browser-1');
    const { stream: newest } = admit(5, 'browser-2');
    admit(1, 'bystander');
    wait(10);
    end(oldest, true);
    wait(10);
    end(newest, true);
    expect(read()).toMatchObject({ online: 7, browsers: 3 });
    admit(3, 'bystander');
    admit(4, 'stranger', '192.0.2.2');
    expect(read()).toMatchObject({ online: 13, browsers: 4 });
    admit(3, 'newcomer');
    expect(read()).toMatchObject({ online: 13, browsers: 4 });
    // Of the oldest, nothing is left. The browser itself comes back for the rest of its own.
    admit(4, 'browser-2');
    expect(read()).toMatchObject({ online: 14, browsers: 4 });
    expect(audit().drift).toBe(0);
  });

  test('gives a browser that comes back its own places, and no others', () => {
    const { admit, end, read } = openRegistry(9);
    const { stream: first } = admit(3, 'browser-1');
    const { stream: second } = admit(3, 'browser-2');
    end(first, true);
    end(second, true);
    admit(2, 'browser-2');
    expect(read()).toMatchObject({ online: 4, browsers: 2 });
    admit(2, 'browser-1');
    expect(read()).toMatchObject({ online: 4, browsers: 2 });
  });

  test('counts an id once, and says how many arrivals are over the limit of their address', () => {
    const { ask, read } = openRegistry(1);
    expect(ask(4, 'browser-1', undefined, ['tab-one1', 'tab-two2'])).toMatchObject({ ok: true, overLimit: 0 });
    expect(ask(4, 'browser-1', undefined, ['tab-two2', 'tab-new3'])).toMatchObject({ ok: true, overLimit: 0 });
    expect(read().visits).toBe(3);
    expect(ask(4, 'browser-1', undefined, ['tab-new4', 'tab-new5'])).toMatchObject({ ok: true, overLimit: 1 });
    expect(read()).toMatchObject({ online: 4, visits: 4 });
  });

  test('confirms no more visitors than before if the count is not confirmed', () => {
    const { admit, count } = openRegistry();
    admit(2);
    expect(count().counts.confirmed).toBe(count().counts.online);
    const { stream } = admit(3);
    expect(count({ isConfirmed: false }).counts).toMatchObject({ online: 5, confirmed: 2 });
    expect(stream.isHeld).toBe(true);
    expect(count().counts.confirmed).toBe(count().counts.online);
    expect(count({ isConfirmed: false }).counts).toMatchObject({ online: 5, confirmed: 5 });
  });

  test('counts as many tabs as the limits allow, and says how many; each arrival is a visit', () => {
    const { admit, count, wait } = openRegistry(16);
    for (let i = 0; i < 3; i++) admit(20, `neighbour-${i}`);
    admit(3, 'browser-1');
    const before = count().counts;
    // Each minute, an address may bring 64 new visits here.
    wait(60_000);
    expect(admit(6, 'browser-1').counted).toBe(4);
    expect(count().counts).toMatchObject({ online: 64, browsers: 4, visits: before.visits + 6 });
  });

  test('drifts by each stream whose socket is gone without a word, observers among them', () => {
    const { admit, audit } = openRegistry();
    const { stream: visitor } = admit(2, 'browser-1');
    const { stream: observer } = admit(0);
    expect(audit().drift).toBe(0);
    visitor.isHeld = false;
    expect(audit().drift).toBe(1);
    observer.isHeld = false;
    expect(audit().drift).toBe(2);
  });
});

describe('the registry of pages', () => {
  const on = (...names: string[]): PageNames => ({ on: names, watch: [] });

  test('counts each tab on each of its pages, and forgets a page with its last tab', () => {
    const { admit, end, online, audit } = openRegistry();
    const { stream: first } = admit(3, 'browser-1', undefined, on('/a', '/a', '/b'));
    const { stream: second } = admit(1, undefined, undefined, on('/a', '__proto__'));
    expect(online('/a', '/b', '__proto__', 'constructor')).toEqual([3, 1, 1, 0]);
    expect(audit()).toEqual({ streams: 2, tabs: 4, pages: 3, drift: 0 });
    end(first);
    expect(online('/a', '/b', '__proto__')).toEqual([1, 0, 1]);
    end(second);
    expect(audit()).toEqual({ streams: 0, tabs: 0, pages: 0, drift: 0 });
  });

  test('counts nobody for watching, and remembers a page for as long as it is watched', () => {
    const { admit, end, online, audit } = openRegistry();
    const { stream } = admit(1, undefined, undefined, { on: [], watch: ['/a', '/a'] });
    expect(online('/a')).toEqual([0]);
    expect(audit()).toMatchObject({ pages: 1, drift: 0 });
    end(stream);
    expect(audit()).toMatchObject({ pages: 0, drift: 0 });
  });

  test('moves a browser from the pages of its last stream to those of its next one, even if no more are allowed', () => {
    const { admit, online, audit } = openRegistry(3, 2);
    admit(2, 'browser-1', undefined, on('/a', '/b'));
    admit(2, 'browser-1', undefined, on('/c', '/b'));
    expect(online('/a', '/b', '/c')).toEqual([0, 1, 1]);
    admit(2, 'browser-1', '192.0.2.2');
    expect(online('/b', '/c')).toEqual([0, 0]);
    expect(audit()).toEqual({ streams: 1, tabs: 2, pages: 0, drift: 0 });
  });

  test('keeps the pages of kept places, as far as there are tabs, and gives them up with these', () => {
    const { admit, end, online, count, wait, audit } = openRegistry();
    const { stream } = admit(3, 'browser-1', undefined, { on: ['/a', '/a', '/a', '/b'], watch: ['/c'] });
    end(stream, true);
    expect(online('/a', '/b', '/c')).toEqual([2, 1, 0]);
    expect(audit()).toEqual({ streams: 0, tabs: 2, pages: 2, drift: 0 });
    wait(450);
    count();
    expect(online('/a', '/b')).toEqual([0, 0]);
    expect(audit()).toEqual({ streams: 0, tabs: 0, pages: 0, drift: 0 });
  });

  test('keeps no page of the only tab of a stream', () => {
    const { admit, end, audit } = openRegistry();
    end(admit(1, 'browser-1', undefined, on('/a')).stream, true);
    expect(audit()).toEqual({ streams: 0, tabs: 0, pages: 0, drift: 0 });
  });

  test('counts no tab twice when a browser comes back for its kept places', () => {
    const { admit, end, online, audit } = openRegistry();
    end(admit(3, 'browser-1', undefined, on('/a', '/a', '/a')).stream, true);
    admit(2, 'browser-1', undefined, on('/a', '/a'));
    expect(online('/a')).toEqual([2]);
    expect(audit()).toEqual({ streams: 1, tabs: 2, pages: 1, drift: 0 });
  });

  test('counts reloaded tabs once: a new browser of the network takes kept places with their pages', () => {
    const { admit, end, online, audit } = openRegistry();
    end(admit(14, 'browser-1', undefined, on(...Array(14).fill('/a'))).stream, true);
    expect(online('/a')).toEqual([13]);
    admit(1, 'browser-2', undefined, on('/a'));
    expect(online('/a')).toEqual([13]);
    admit(9, 'browser-2', undefined, on(...Array(9).fill('/a')));
    expect(online('/a')).toEqual([13]);
    admit(14, 'browser-2', undefined, on(...Array(14).fill('/a')));
    expect(online('/a')).toEqual([14]);
    expect(audit().drift).toBe(0);
  });

  test('counts no more tabs on a page than the limits allow a stream to have', () => {
    const { admit, online, audit } = openRegistry(16);
    for (let i = 0; i < 3; i++) admit(20, `neighbour-${i}`);
    admit(3, 'browser-1', undefined, on('/a', '/a', '/a'));
    expect(admit(6, 'browser-1', undefined, on(...Array(6).fill('/a'))).counted).toBe(4);
    expect(online('/a')).toEqual([4]);
    expect(audit().drift).toBe(0);
  });

  test('shows a stream of which no tab is counted the counts of its pages all the same', () => {
    const { registry, ask, admit, online, audit } = openRegistry(2);
    admit(64, 'neighbour', undefined, on('/b'));
    admit(0, 'browser-1');
    const admission = ask(1, 'browser-1', undefined, [], { on: ['/a'], watch: ['/b'] });
    if (!admission.ok) throw new Error('it was refused');
    registry.register(admission.member, { isHeld: true });
    expect(admission.member.tabs).toBe(0);
    expect(admission.member.view?.pages.map(({ name }) => name).toSorted()).toEqual(['/a', '/b']);
    expect(online('/a', '/b')).toEqual([0, 1]);
    expect(audit().drift).toBe(0);
  });

  test('leaves nothing of a stream that could not be opened', () => {
    const { registry, ask, audit } = openRegistry();
    const admission = ask(1, 'browser-1', undefined, 1, { on: ['/a'], watch: ['/b'] });
    if (admission.ok) registry.leave(admission.member);
    expect(audit()).toEqual({ streams: 0, tabs: 0, pages: 0, drift: 0 });
  });

  test('does not know the count of a page over the limit, for as long as a stream may be on it', () => {
    const { admit, end, online, audit } = openRegistry(9, 1);
    const { stream: first } = admit(1, 'browser-1', undefined, on('/a'));
    const { stream: over } = admit(2, 'browser-2', undefined, on('/b', '/b', '/a'));
    expect(online('/a', '/b', '/c')).toEqual([2, null, 0]);
    expect(audit()).toEqual({ streams: 2, tabs: 3, pages: 1, drift: 0 });
    end(first);
    admit(2, 'browser-2', undefined, on('/c'));
    expect(online('/a', '/b', '/c')).toEqual([0, 0, 1]);
    end(over);
    expect(audit().drift).toBe(0);
  });

  test('does not know it either when others are counted on that page meanwhile', () => {
    const { admit, end, online, audit } = openRegistry(9, 1);
    const { stream: first } = admit(1, 'browser-1', undefined, on('/a'));
    const { stream: over } = admit(1, undefined, undefined, on('/b'));
    end(first);
    admit(1, 'browser-3', undefined, on('/b'));
    expect(online('/b')).toEqual([null]);
    expect(audit()).toMatchObject({ pages: 1, drift: 0 });
    end(over);
    expect(online('/b')).toEqual([1]);
  });
});

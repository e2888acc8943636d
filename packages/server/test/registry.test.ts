import { describe, expect, test } from 'vitest';
import { createLimits } from '../src/presence/limits.ts';
import { PresenceRegistry } from '../src/presence/registry.ts';

type Stream = { isHeld: boolean };

/** Registry with a clock that stands still until it is set, and room for a few streams. */
function openRegistry(maxStreams = 3) {
  let now = 0;
  const replaced: Stream[] = [];
  const limits = createLimits({ maxStreams, maxStreamsPerAddress: maxStreams, maxConnections: 10_000 });
  const registry = new PresenceRegistry<Stream>(
    limits,
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

  const ask = (tabs: number, browser?: string) =>
    registry.admit({ browser, tabs, arrivals: tabs, address: '192.0.2.1' });

  function admit(tabs: number, browser?: string) {
    const stream = { isHeld: true };
    const admission = ask(tabs, browser);
    if (!admission.ok) return { stream, broken: admission.limit };
    admission.register(stream);
    return { stream, counted: admission.tabs };
  }

  const wait = (ms: number) => {
    now += ms;
  };
  return {
    count: (options?: { isConfirmed: boolean }) => registry.count(options),
    read: () => registry.read(),
    audit: () => registry.audit(),
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
    expect(ask(2)).toMatchObject({ ok: true, tabs: 2 });
    expect(read().online).toBe(2);
  });

  test('says which limit one more stream would break, and has then counted nothing', () => {
    const { admit, count, end } = openRegistry(1);
    const { stream: first, broken } = admit(1);
    expect(broken).toBeUndefined();
    const refused = admit(4);
    expect(refused.broken).toBe('max_streams');
    expect(count()).toEqual({ streams: [first], counts: { online: 1, browsers: 1, visits: 1, visitorSeconds: 0 } });
    end(first);
    expect(admit(1).broken).toBeUndefined();
  });

  test('has no entry for a stream that could not be opened, and the limits do not count it', () => {
    const { ask, admit, count, audit } = openRegistry(1);
    const admission = ask(2, 'browser-1');
    if (admission.ok) admission.leave();
    expect(count()).toMatchObject({ streams: [], counts: { online: 0, browsers: 0 } });
    expect(audit()).toEqual({ streams: 0, tabs: 0, drift: 0 });
    expect(admit(3, 'browser-2').broken).toBeUndefined();
  });

  test('gives a browser that has a stream a new one for it, even if a limit is reached', () => {
    const { admit, count, audit, replaced } = openRegistry(1);
    const { stream: first } = admit(3, 'browser-1');
    const { stream: second, broken } = admit(4, 'browser-1');
    expect(broken).toBeUndefined();
    expect(replaced).toEqual([first]);
    expect(count()).toMatchObject({ streams: [second], counts: { online: 4, browsers: 1 } });
    expect(audit()).toEqual({ streams: 1, tabs: 4, drift: 0 });
    expect(admit(1).broken).toBe('max_streams');
  });

  test('counts nobody out twice', () => {
    const { admit, end, audit } = openRegistry();
    const { stream } = admit(2);
    admit(1);
    expect(end(stream)).toBe(true);
    expect(end(stream)).toBe(false);
    expect(audit()).toEqual({ streams: 1, tabs: 1, drift: 0 });
  });

  test('keeps the places of the other tabs of a stream that breaks off, until the next one takes them', () => {
    const { admit, end, count, audit, wait } = openRegistry();
    const { stream } = admit(3, 'browser-1');
    end(stream, true);
    expect(count().counts).toMatchObject({ online: 2, browsers: 1 });
    expect(audit()).toEqual({ streams: 0, tabs: 2, drift: 0 });
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

  test('confirms no more visitors than before if the count is not confirmed', () => {
    const { admit, count } = openRegistry();
    admit(2);
    expect(count().counts.confirmed).toBeUndefined();
    const { stream } = admit(3);
    expect(count({ isConfirmed: false }).counts).toMatchObject({ online: 5, confirmed: 2 });
    expect(stream.isHeld).toBe(true);
    expect(count().counts.confirmed).toBeUndefined();
    expect(count({ isConfirmed: false }).counts).toMatchObject({ online: 5, confirmed: 5 });
  });

  test('counts as many tabs as the limits allow, and says how many; each arrival is a visit', () => {
    const { admit, count } = openRegistry(16);
    for (let i = 0; i < 3; i++) admit(20, `neighbour-${i}`);
    admit(3, 'browser-1');
    const before = count().counts;
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

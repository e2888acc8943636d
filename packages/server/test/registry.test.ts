import { describe, expect, test } from 'vitest';
import { createLimits } from '../src/presence/limits.ts';
import { createRegistry } from '../src/presence/registry.ts';

type Stream = { isHeld: boolean };

/** Registry with a clock that stands still until it is set, and room for a few streams. */
function openRegistry(maxStreams = 3) {
  let now = 0;
  const replaced: Stream[] = [];
  const registry = createRegistry<Stream>({
    limits: createLimits({ maxStreams, maxStreamsPerAddress: maxStreams, maxConnections: 10_000 }),
    elapsed: () => now,
    onReplaced(stream) {
      replaced.push(stream);
      end(stream);
    },
  });

  /** Ends a stream, as the server does: its socket is closed a moment after it was counted out. */
  function end(stream: Stream, keepPlaces = false): boolean {
    const wasThere = registry.remove(stream, { keepPlaces });
    stream.isHeld = false;
    return wasThere;
  }

  function admit(tabs: number, browser?: string, open?: (tabs: number) => Stream) {
    const stream = { isHeld: true };
    const broken = registry.admit({ browser, tabs, arrivals: tabs, address: '192.0.2.1' }, open ?? (() => stream));
    return { stream, broken };
  }

  const wait = (ms: number) => {
    now += ms;
  };
  return { ...registry, replaced, admit, end, wait };
}

describe('the registry', () => {
  test('have a client in the count before its stream is opened: what that tells first is true', () => {
    const registry = createRegistry<Stream>({
      limits: createLimits({ maxStreams: 1, maxStreamsPerAddress: 1, maxConnections: 10_000 }),
      elapsed: () => 0,
      onReplaced() {},
    });
    let onlineWhenOpened: number | undefined;
    registry.admit({ tabs: 2, arrivals: 2, address: '192.0.2.1' }, () => {
      onlineWhenOpened = registry.read().online;
      return { isHeld: true };
    });
    expect(onlineWhenOpened).toBe(2);
  });

  test('say which limit one more stream would break, and have then neither counted nor opened it', () => {
    const { admit, count, end } = openRegistry(1);
    const { stream: first, broken } = admit(1);
    expect(broken).toBeUndefined();
    const refused = admit(4);
    expect(refused.broken).toBe('max_streams');
    expect(count()).toEqual({ streams: [first], counts: { online: 1, browsers: 1, visits: 1, visitorSeconds: 0 } });
    end(first);
    expect(admit(1).broken).toBeUndefined();
  });

  test('have no entry for a stream that could not be opened, and keep no room for it', () => {
    const { admit, count, audit } = openRegistry(1);
    const noSocket = () => {
      throw new Error('no socket');
    };
    expect(() => admit(2, 'browser-1', noSocket)).toThrow('no socket');
    expect(count()).toMatchObject({ streams: [], counts: { online: 0, browsers: 0 } });
    expect(audit()).toEqual({ streams: 0, tabs: 0, drift: 0 });
    expect(admit(3, 'browser-2').broken).toBeUndefined();
  });

  test('give a browser that has a stream already a new one for it, also where there is room for no more', () => {
    const { admit, count, audit, replaced } = openRegistry(1);
    const { stream: first } = admit(3, 'browser-1');
    const { stream: second, broken } = admit(4, 'browser-1');
    expect(broken).toBeUndefined();
    expect(replaced).toEqual([first]);
    expect(count()).toMatchObject({ streams: [second], counts: { online: 4, browsers: 1 } });
    expect(audit()).toEqual({ streams: 1, tabs: 4, drift: 0 });
    expect(admit(1).broken).toBe('max_streams');
  });

  test('count nobody out twice', () => {
    const { admit, end, audit } = openRegistry();
    const { stream } = admit(2);
    admit(1);
    expect(end(stream)).toBe(true);
    expect(end(stream)).toBe(false);
    expect(audit()).toEqual({ streams: 1, tabs: 1, drift: 0 });
  });

  test('keep the places of the other tabs of a stream that breaks off, until the next one takes them', () => {
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

  test('give those places up at the first count after their time, and the room with them', () => {
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

  test('keep no places for a stream that was ended', () => {
    const { admit, end, read } = openRegistry();
    const { stream } = admit(3, 'browser-1');
    end(stream);
    expect(read().online).toBe(0);
  });

  test('take the time between two counts as spent by all who are here at the second', () => {
    const { admit, count, wait } = openRegistry();
    admit(1);
    wait(1500);
    admit(1);
    expect(count().counts.visitorSeconds).toBe(3);
    expect(count().counts.visitorSeconds).toBe(3);
    wait(500);
    expect(count().counts.visitorSeconds).toBe(4);
  });

  test('take no time as spent that is longer than two ticks: who left meanwhile is not known', () => {
    const { admit, count, wait } = openRegistry();
    admit(1);
    wait(2000);
    expect(count().counts.visitorSeconds).toBe(2);
    wait(2501);
    expect(count().counts.visitorSeconds).toBe(2);
    wait(1000);
    expect(count().counts.visitorSeconds).toBe(3);
  });

  test('confirm no more visitors than before where the count is not confirmed', () => {
    const { admit, count } = openRegistry();
    admit(2);
    expect(count().counts.confirmed).toBeUndefined();
    const { stream } = admit(3);
    expect(count({ isConfirmed: false }).counts).toMatchObject({ online: 5, confirmed: 2 });
    expect(stream.isHeld).toBe(true);
    expect(count().counts.confirmed).toBeUndefined();
    expect(count({ isConfirmed: false }).counts).toMatchObject({ online: 5, confirmed: 5 });
  });

  test('count the tabs that there is room for, and tell the stream how many; each arrival is a visit', () => {
    const { admit, count } = openRegistry(16);
    for (let i = 0; i < 3; i++) admit(20, `neighbour-${i}`);
    admit(3, 'browser-1');
    let told: number | undefined;
    const before = count().counts;
    admit(6, 'browser-1', (tabs) => {
      told = tabs;
      return { isHeld: true };
    });
    expect(told).toBe(4);
    expect(count().counts).toMatchObject({ online: 64, browsers: 4, visits: before.visits + 6 });
  });

  test('drift by each stream whose socket is gone without a word, observers among them', () => {
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

import { describe, expect, test } from 'vitest';
import { type Client, createPresence } from '../src/presence/presence.ts';

/** A presence whose `join` returns how to count the client out, and who was replaced at each. */
function openPresence() {
  const presence = createPresence();
  const replaced: (Client | undefined)[] = [];
  const join = (client: Client) => {
    replaced.push(presence.join(client));
    return () => presence.leave(client);
  };
  return { ...presence, join, replaced };
}

describe('the presence', () => {
  test('counts tabs, browsers and visits', () => {
    const presence = openPresence();
    presence.join({ tabs: 3, visits: 2 });
    const leave = presence.join({ browser: 'one', tabs: 2, visits: 2 });
    expect(presence.read()).toEqual({ online: 5, browsers: 2, visits: 4, visitorSeconds: 0 });

    leave();
    expect(presence.read()).toEqual({ online: 3, browsers: 1, visits: 4, visitorSeconds: 0 });
  });

  test('counts nobody out twice', () => {
    const presence = openPresence();
    presence.join({ tabs: 1, visits: 1 });
    const leave = presence.join({ tabs: 1, visits: 1 });
    leave();
    leave();
    expect(presence.read().online).toBe(1);
  });

  test('gives the newest stream of a browser the place of the last one', () => {
    const presence = openPresence();
    const first = { browser: 'one', tabs: 3, visits: 3 };
    const leaveFirst = presence.join(first);
    const leaveSecond = presence.join({ browser: 'one', tabs: 4, visits: 1 });
    expect(presence.replaced).toEqual([undefined, first]);
    expect(presence.read()).toMatchObject({ online: 4, browsers: 1, visits: 4 });

    leaveFirst();
    expect(presence.read()).toMatchObject({ online: 4, browsers: 1 });
    presence.join({ browser: 'one', tabs: 2, visits: 0 });
    leaveSecond();
    expect(presence.read()).toMatchObject({ online: 2, browsers: 1 });
  });

  test('has observers, who are in no figure and take the place of a browser all the same', () => {
    const presence = openPresence();
    const leave = presence.join({ tabs: 0, visits: 0 });
    presence.join({ browser: 'one', tabs: 2, visits: 2 });
    presence.elapse(1000);
    expect(presence.read()).toEqual({ online: 2, browsers: 1, visits: 2, visitorSeconds: 2 });
    leave();
    leave();
    expect(presence.read()).toMatchObject({ online: 2, browsers: 1 });

    const leaveObserver = presence.join({ browser: 'one', tabs: 0, visits: 0 });
    presence.elapse(1000);
    expect(presence.read()).toEqual({ online: 0, browsers: 0, visits: 2, visitorSeconds: 2 });
    presence.join({ browser: 'one', tabs: 1, visits: 0 });
    leaveObserver();
    expect(presence.read()).toMatchObject({ online: 1, browsers: 1, visits: 2 });
  });

  test('keeps streams without an id apart', () => {
    const presence = openPresence();
    presence.join({ tabs: 1, visits: 1 });
    presence.join({ tabs: 1, visits: 1 });
    expect(presence.read()).toMatchObject({ online: 2, browsers: 2 });
  });

  test('sums up the time of all tabs, and loses no fraction of a second', () => {
    const presence = openPresence();
    const leave = presence.join({ tabs: 3, visits: 3 });
    for (let i = 0; i < 10; i++) presence.elapse(150);
    expect(presence.read().visitorSeconds).toBe(4);
    presence.elapse(500);
    leave();
    presence.elapse(60_000);
    expect(presence.read().visitorSeconds).toBe(6);
  });
});

import { describe, expect, test } from 'vitest';
import { createAudience } from '../src/presence/presence.ts';

describe('the audience', () => {
  test('counts tabs, browsers and visits', () => {
    const audience = createAudience();
    audience.join({ tabs: 3, arrivals: 2 });
    const leave = audience.join({ browser: 'one', tabs: 2, arrivals: 2 });
    expect(audience.read()).toEqual({ online: 5, browsers: 2, visits: 4, visitorSeconds: 0 });

    leave();
    expect(audience.read()).toEqual({ online: 3, browsers: 1, visits: 4, visitorSeconds: 0 });
  });

  test('counts nobody out twice', () => {
    const audience = createAudience();
    audience.join({ tabs: 1, arrivals: 1 });
    const leave = audience.join({ tabs: 1, arrivals: 1 });
    leave();
    leave();
    expect(audience.read().online).toBe(1);
  });

  test('gives the newest stream of a browser the place of the last one', () => {
    const audience = createAudience();
    let seenWhenReplaced: number | undefined;
    const leaveFirst = audience.join({
      browser: 'one',
      tabs: 3,
      arrivals: 3,
      onReplaced: () => {
        seenWhenReplaced = audience.read().online;
      },
    });
    const leaveSecond = audience.join({ browser: 'one', tabs: 4, arrivals: 1 });
    expect(seenWhenReplaced).toBe(4);
    expect(audience.read()).toMatchObject({ online: 4, browsers: 1, visits: 4 });

    leaveFirst();
    expect(audience.read()).toMatchObject({ online: 4, browsers: 1 });
    audience.join({ browser: 'one', tabs: 2, arrivals: 0 });
    leaveSecond();
    expect(audience.read()).toMatchObject({ online: 2, browsers: 1 });
  });

  test('has observers, who are in no figure and take the place of a browser all the same', () => {
    const audience = createAudience();
    const leave = audience.join({ tabs: 0, arrivals: 0 });
    audience.join({ browser: 'one', tabs: 2, arrivals: 2 });
    audience.elapse(1000);
    expect(audience.read()).toEqual({ online: 2, browsers: 1, visits: 2, visitorSeconds: 2 });
    leave();
    leave();
    expect(audience.read()).toMatchObject({ online: 2, browsers: 1 });

    const leaveObserver = audience.join({ browser: 'one', tabs: 0, arrivals: 0 });
    audience.elapse(1000);
    expect(audience.read()).toEqual({ online: 0, browsers: 0, visits: 2, visitorSeconds: 2 });
    audience.join({ browser: 'one', tabs: 1, arrivals: 0 });
    leaveObserver();
    expect(audience.read()).toMatchObject({ online: 1, browsers: 1, visits: 2 });
  });

  test('keeps streams without an id apart', () => {
    const audience = createAudience();
    audience.join({ tabs: 1, arrivals: 1 });
    audience.join({ tabs: 1, arrivals: 1 });
    expect(audience.read()).toMatchObject({ online: 2, browsers: 2 });
  });

  test('sums up the time of all tabs, and loses no fraction of a second', () => {
    const audience = createAudience();
    const leave = audience.join({ tabs: 3, arrivals: 3 });
    for (let i = 0; i < 10; i++) audience.elapse(150);
    expect(audience.read().visitorSeconds).toBe(4);
    audience.elapse(500);
    leave();
    audience.elapse(60_000);
    expect(audience.read().visitorSeconds).toBe(6);
  });
});

import { describe, expect, test } from 'vitest';
import { createVisits } from '../src/presence/visits.ts';

const address = '192.0.2.1';
const minute = 60_000;

/** Visits with a clock that stands still until it is set. */
function openVisits(maxStreamsPerAddress = 256) {
  let now = 0;
  const { take } = createVisits(4 * maxStreamsPerAddress, () => now);
  return {
    take: (arrivals: readonly string[] | number, from = address) => take(from, arrivals),
    wait(ms: number) {
      now += ms;
    },
  };
}

describe('visits', () => {
  test('count an id once, however often it is repeated, also within one request and from another address', () => {
    const { take } = openVisits();
    expect(take(['tab-one1', 'tab-two2', 'tab-one1']).visits).toBe(2);
    expect(take(['tab-one1', 'tab-two2', 'tab-new3']).visits).toBe(1);
    expect(take(['tab-one1'], '192.0.2.2').visits).toBe(0);
  });

  test('count arrivals without an id each time', () => {
    const { take } = openVisits();
    expect(take(3).visits).toBe(3);
    expect(take(3).visits).toBe(3);
    expect(take(0)).toEqual({ visits: 0, overLimit: 0 });
  });

  test('remember an id for ten minutes after it was last seen', () => {
    const { take, wait } = openVisits();
    take(['tab-one1']);
    for (let i = 0; i < 10; i++) {
      wait(10 * minute - 1);
      expect(take(['tab-one1']).visits).toBe(0);
    }
  });

  test('forget an id within twenty minutes, also where nobody came meanwhile', () => {
    const { take, wait } = openVisits();
    take(['tab-one1']);
    wait(10 * minute);
    take(['tab-two2']);
    wait(10 * minute);
    expect(take(['tab-one1']).visits).toBe(1);
    wait(60 * minute);
    expect(take(['tab-one1', 'tab-two2']).visits).toBe(2);
  });

  test('hold 200,000 ids at most: the older half of a flood is forgotten early', () => {
    const { take, wait } = openVisits(1_000_000);
    take(['tab-one1']);
    const flood = Array.from({ length: 100_000 }, (_, index) => `flood-${index}`);
    expect(take(flood).visits).toBe(100_000);
    expect(take(['tab-one1']).visits).toBe(0);
    wait(minute);
    expect(take(flood.map((id) => `${id}-second`)).visits).toBe(100_000);
    wait(minute);
    expect(take(flood.map((id) => `${id}-third`)).visits).toBe(100_000);
    expect(take(['tab-one1']).visits).toBe(1);
  });

  test('are four a minute from one address for each stream that it may have; others count all the same', () => {
    const { take, wait } = openVisits(2);
    expect(take(5)).toEqual({ visits: 5, overLimit: 0 });
    expect(take(['tab-one1', 'tab-two2', 'tab-new3', 'tab-new4'])).toEqual({ visits: 3, overLimit: 1 });
    expect(take(1)).toEqual({ visits: 0, overLimit: 1 });
    expect(take(8, '192.0.2.2').visits).toBe(8);
    wait(minute);
    expect(take(8).visits).toBe(8);
  });

  test('do not remember ids over that limit: a flood from one address makes nobody else count twice', () => {
    const { take, wait } = openVisits();
    take(['tab-one1'], '192.0.2.2');
    for (let i = 0; i < 300; i++) take(Array.from({ length: 1000 }, (_, index) => `flood-${i}-${index}`));
    expect(take(['tab-one1'], '192.0.2.2').visits).toBe(0);
    expect(take(['tab-two2'])).toEqual({ visits: 0, overLimit: 1 });
    wait(minute);
    expect(take(['tab-two2'])).toEqual({ visits: 1, overLimit: 0 });
  });
});

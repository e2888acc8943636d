import { describe, expect, test } from 'vitest';
import { createLimits } from '../src/core/limits.ts';

const here = { address: '192.0.2.1', tabs: 1 };
const there = { address: '192.0.2.2', tabs: 1 };

describe('limits', () => {
  test('let in so many streams in all, and one more when one has gone', () => {
    const limits = createLimits({ maxStreams: 2, maxStreamsPerAddress: 10 });
    const giveBack = limits.take(here);
    expect(limits.brokenBy(there)).toBeUndefined();
    limits.take(there);
    expect(limits.brokenBy(here)).toBe('max_streams');
    giveBack();
    expect(limits.brokenBy(here)).toBeUndefined();
  });

  test('let in so many streams from one address, and others all the same', () => {
    const limits = createLimits({ maxStreams: 10, maxStreamsPerAddress: 2 });
    limits.take(here);
    limits.take(here);
    expect(limits.brokenBy(here)).toBe('max_streams_per_address');
    expect(limits.brokenBy(there)).toBeUndefined();
  });

  test('let a stream take the place of another where there is room for no more', () => {
    const limits = createLimits({ maxStreams: 2, maxStreamsPerAddress: 1 });
    limits.take(here);
    limits.take(there);
    expect(limits.brokenBy(here)).toBe('max_streams');
    expect(limits.brokenBy(here, here)).toBeUndefined();
    expect(limits.brokenBy(here, there)).toBe('max_streams_per_address');
  });

  test('count the tabs of an address, of which it may have four for each stream', () => {
    const limits = createLimits({ maxStreams: 1000, maxStreamsPerAddress: 256 });
    for (let i = 0; i < 16; i++) {
      expect(limits.brokenBy({ ...here, tabs: 64 })).toBeUndefined();
      limits.take({ ...here, tabs: 64 });
    }
    expect(limits.brokenBy(here)).toBe('max_streams_per_address');
    expect(limits.brokenBy({ ...here, tabs: 64 }, { ...here, tabs: 64 })).toBeUndefined();
    expect(limits.brokenBy({ ...here, tabs: 64 }, { ...here, tabs: 63 })).toBe('max_streams_per_address');
    expect(limits.brokenBy({ ...there, tabs: 64 })).toBeUndefined();
  });

  test('let in a single browser with all its tabs, however low they are', () => {
    const limits = createLimits({ maxStreams: 1000, maxStreamsPerAddress: 1 });
    expect(limits.brokenBy({ ...here, tabs: 64 })).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { createLimits, type Limits, type Share } from '../src/presence/limits.ts';

const here = { address: '192.0.2.1', tabs: 1 };
const there = { address: '192.0.2.2', tabs: 1 };

const take = (limits: Limits, { address, tabs }: Share) => limits.add(address, { streams: 1, tabs });
const giveBack = (limits: Limits, { address, tabs }: Share) => limits.add(address, { streams: -1, tabs: -tabs });

describe('limits', () => {
  test('let in so many streams in all, and one more when one has gone', () => {
    const limits = createLimits({ maxStreams: 2, maxStreamsPerAddress: 10, maxConnections: 10_000, maxPages: 10_000 });
    take(limits, here);
    expect(limits.admit(there)).toMatchObject({ ok: true });
    take(limits, there);
    expect(limits.admit(here)).toEqual({ ok: false, limit: 'max_streams' });
    giveBack(limits, here);
    expect(limits.admit(here)).toMatchObject({ ok: true });
  });

  test('let in so many streams from one address, and others all the same', () => {
    const limits = createLimits({ maxStreams: 10, maxStreamsPerAddress: 2, maxConnections: 10_000, maxPages: 10_000 });
    take(limits, here);
    take(limits, here);
    expect(limits.admit(here)).toEqual({ ok: false, limit: 'max_streams_per_address' });
    expect(limits.admit(there)).toMatchObject({ ok: true });
  });

  test('admit a stream that replaces its own of the same address where there is room for no more', () => {
    const limits = createLimits({ maxStreams: 2, maxStreamsPerAddress: 1, maxConnections: 10_000, maxPages: 10_000 });
    take(limits, here);
    take(limits, there);
    expect(limits.admit(here)).toEqual({ ok: false, limit: 'max_streams' });
    expect(limits.admit(here, here)).toEqual({ ok: true, tabs: 1 });
    expect(limits.admit(here, there)).toEqual({ ok: false, limit: 'max_streams_per_address' });
  });

  test('count the tabs of an address, of which it may have four for each stream', () => {
    const limits = createLimits({
      maxStreams: 1000,
      maxStreamsPerAddress: 256,
      maxConnections: 10_000,
      maxPages: 10_000,
    });
    for (let i = 0; i < 16; i++) {
      expect(limits.admit({ ...here, tabs: 64 })).toMatchObject({ ok: true });
      take(limits, { ...here, tabs: 64 });
    }
    expect(limits.admit(here)).toEqual({ ok: false, limit: 'max_streams_per_address' });
    expect(limits.admit({ ...here, tabs: 64 }, { ...there, tabs: 64 })).toMatchObject({ ok: false });
    expect(limits.admit({ ...there, tabs: 64 })).toMatchObject({ ok: true });
  });

  test('count as many tabs of a stream that replaces its own as there is room for, and never fewer than it had', () => {
    const limits = createLimits({
      maxStreams: 1000,
      maxStreamsPerAddress: 20,
      maxConnections: 10_000,
      maxPages: 10_000,
    });
    const own = { ...here, tabs: 10 };
    take(limits, own);
    take(limits, { ...here, tabs: 64 });
    expect(limits.admit({ ...here, tabs: 12 }, own)).toEqual({ ok: true, tabs: 12 });
    expect(limits.admit({ ...here, tabs: 64 }, own)).toEqual({ ok: true, tabs: 16 });
    take(limits, { ...here, tabs: 8 });
    expect(limits.admit({ ...here, tabs: 64 }, own)).toEqual({ ok: true, tabs: 10 });
    expect(limits.admit({ ...here, tabs: 3 }, own)).toEqual({ ok: true, tabs: 3 });
  });

  test('accept four connections for each stream that an address may have, and no more than half of all', () => {
    for (const [maxStreamsPerAddress, most] of [
      [2, 8],
      [100, 50],
    ] as const) {
      const limits = createLimits({ maxStreams: 1000, maxStreamsPerAddress, maxConnections: 100, maxPages: 10_000 });
      for (let i = 0; i < most; i++) expect(limits.connect(here.address)).toBe(true);
      expect(limits.connect(here.address)).toBe(false);
      expect(limits.connect(there.address)).toBe(true);
      limits.add(here.address, { connections: -1 });
      expect(limits.connect(here.address)).toBe(true);
    }
  });

  test('let in so many names of pages, and from one address as many as it may have tabs', () => {
    const limits = createLimits({ maxStreams: 10, maxStreamsPerAddress: 1, maxConnections: 100, maxPages: 65 });
    for (let i = 0; i < 64; i++) {
      expect(limits.admitPage(here.address)).toBeUndefined();
      limits.add(here.address, { pages: 1 });
    }
    expect(limits.admitPage(here.address)).toBe('max_pages_per_address');
    expect(limits.admitPage(there.address)).toBeUndefined();
    limits.add(there.address, { pages: 1 });
    expect(limits.admitPage(there.address)).toBe('max_pages');
    limits.add(here.address, { pages: -1 });
    expect(limits.admitPage(there.address)).toBeUndefined();
    expect(limits.admitPage(here.address)).toBeUndefined();
  });

  test('remember the names that an address has brought, after its last stream', () => {
    const limits = createLimits({ maxStreams: 10, maxStreamsPerAddress: 1, maxConnections: 100, maxPages: 1000 });
    take(limits, here);
    for (let i = 0; i < 64; i++) limits.add(here.address, { pages: 1 });
    giveBack(limits, here);
    expect(limits.admitPage(here.address)).toBe('max_pages_per_address');
  });

  test('know which address has more than half of all streams', () => {
    const limits = createLimits({ maxStreams: 10, maxStreamsPerAddress: 10, maxConnections: 100, maxPages: 10_000 });
    take(limits, here);
    take(limits, there);
    expect(limits.holdsMajority(here.address)).toBe(false);
    giveBack(limits, there);
    expect(limits.holdsMajority(here.address)).toBe(true);
    expect(limits.holdsMajority(there.address)).toBe(false);
  });

  test('let in a single browser with all its tabs, however low they are', () => {
    const limits = createLimits({
      maxStreams: 1000,
      maxStreamsPerAddress: 1,
      maxConnections: 10_000,
      maxPages: 10_000,
    });
    expect(limits.admit({ ...here, tabs: 64 })).toMatchObject({ ok: true });
  });
});

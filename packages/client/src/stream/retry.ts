import type { EventMap } from '@live-visitors/shared';

const firstMs = 1000;
const growth = 1.5;
const longestMs = 15_000;

/**
 * The limits of the reconnection time, the same as those of the server's `retry` field, which an `EventSource` does not
 * tell its page. A node that was killed counts as present for as long as the first.
 */
const reconnectionTimeMs = { min: 1500, max: 3500 };

/** Where a server that refuses us does not say when to ask again: that takes a person to change. */
const refusedMs = { first: 30_000, longest: 120_000 };

/**
 * Milliseconds to wait before the next try: longer after each failure, and different for every client, so that those
 * which were cut off together do not come back together.
 *
 * @param failures - tries in a row that failed; 1 or more
 * @param random - from 0 to 1
 */
export function backoffMs(failures: number, random: number): number {
  const longest = Math.min(firstMs * growth ** (failures - 1), longestMs);
  return Math.round((longest * (1 + random)) / 2);
}

/** Milliseconds to wait after a stream that was welcomed has broken off, different for every client. */
export function reconnectInMs(random: number): number {
  const { min, max } = reconnectionTimeMs;
  return Math.round(min + (max - min) * random);
}

/** Milliseconds to wait before the next try after a refusal: longer than the server asked, by the backoff. */
export function retryInMs({ reconnectInMs }: EventMap['refused'], failures: number, random: number): number {
  const patienceMs = Math.min(refusedMs.first * 2 ** (failures - 1), refusedMs.longest);
  return (reconnectInMs ?? patienceMs) + backoffMs(failures, random);
}

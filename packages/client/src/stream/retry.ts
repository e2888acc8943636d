import { type EventMap, reconnectionTimeMs } from '@live-visitors/shared';

const firstMs = 1000;
const growth = 1.5;
const longestMs = 15_000;

/** The wait if a server that refuses does not say when to ask again: a person has to change its settings. */
const refusedMs = { first: 30_000, longest: 120_000 };

/**
 * Milliseconds to wait before the next try: longer after each failure, and different for every client, so that
 * clients that were cut off together do not come back together.
 *
 * This holds for a stream that breaks off before its `welcome`, too, although it is less than the reconnection time: a
 * server counts a stream as it sends `welcome`, so it has hardly ever reported one that got none.
 *
 * @param failures - failed tries in a row, at least 1
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

import type { Answer } from '../sharing/event-stream.ts';

const firstMs = 1000;
const growth = 1.5;
const longestMs = 15_000;

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

/** Milliseconds to wait before the next try after a server gave this answer, for as long as it asked at the least. */
export function retryInMs(answer: Answer, failures: number, random: number): number {
  const patienceMs = backoffMs(failures, random);
  switch (answer.kind) {
    case 'open':
      // Once is bad luck; a server that opens for the question alone is not to be asked in a tight loop.
      return failures === 1 ? 0 : patienceMs;
    case 'unavailable':
      return Math.max(patienceMs, answer.retryAfterMs ?? 0);
    case 'refused':
      return Math.max(
        patienceMs,
        answer.retryAfterMs ?? Math.min(refusedMs.first * 2 ** (failures - 1), refusedMs.longest),
      );
    default:
      return answer satisfies never;
  }
}

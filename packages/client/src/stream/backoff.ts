const firstMs = 1000;
const growth = 1.5;
const longestMs = 15_000;

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

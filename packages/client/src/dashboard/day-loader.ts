import { type DayHistory, paths, readDayHistory } from '@live-visitors/shared';

/** How often the last day is read anew while it is wanted: its entries are minutes. */
const readEveryMs = 60_000;

const timeoutMs = 10_000;

/** Reads the last 24 hours from the server; `undefined` where it does not tell them. */
export async function readDay(server: string): Promise<DayHistory | undefined> {
  try {
    const response = await fetch(server + paths.history, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? readDayHistory(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the last day whenever it is wanted, yet not more than once a minute.
 *
 * @param now - milliseconds since some moment; never set back
 * @returns what to call as long as it is wanted
 */
export function createDayWish(
  read: () => Promise<DayHistory | undefined>,
  now: () => number,
  onDay: (day: DayHistory | undefined) => void,
) {
  let readAt = Number.NEGATIVE_INFINITY;

  return (): void => {
    if (now() - readAt < readEveryMs) return;
    readAt = now();
    void read().then(onDay);
  };
}

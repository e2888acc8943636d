import { type DayHistory, paths, readDayHistory } from '@live-visitors/shared';

/** The shortest time from one request to the next: the entries of a day are minutes. */
const loadEveryMs = 60_000;

const timeoutMs = 10_000;

/** Requests the last 24 hours from the server; `undefined` if they are not available. */
export async function requestDay(server: string): Promise<DayHistory | undefined> {
  try {
    const response = await fetch(server + paths.history, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? readDayHistory(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Loads the last day when it is needed, at most once a minute.
 *
 * @param now - milliseconds on a clock that never goes back
 * @returns what to call for as long as it is needed
 */
export function createDayLoader(
  request: () => Promise<DayHistory | undefined>,
  now: () => number,
  onDay: (day: DayHistory | undefined) => void,
) {
  let requestedAt = Number.NEGATIVE_INFINITY;

  return (): void => {
    if (now() - requestedAt < loadEveryMs) return;
    requestedAt = now();
    void request().then(onDay);
  };
}

const timeoutMs = 10_000;

/** The shortest time from a failure to the next request. */
const retryMs = 10_000;

/**
 * Requests JSON from the server.
 *
 * @param read - reads what the server answers; `undefined` if that is not valid
 * @returns `undefined` if it is not available
 */
export async function requestJson<Type>(
  url: string,
  read: (value: unknown) => Type | undefined,
): Promise<Type | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? read(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Loads something when it is needed: one request at a time, and at most one in `everyMs`.
 *
 * @param now - milliseconds on a clock that never goes back
 * @returns what to call for as long as it is needed
 */
export function createLoader<Type>(
  request: () => Promise<Type | undefined>,
  everyMs: number,
  now: () => number,
  onLoad: (loaded: Type | undefined) => void,
) {
  let notBefore = Number.NEGATIVE_INFINITY;

  return async (): Promise<void> => {
    if (now() < notBefore) return;
    const requestedAt = now();
    notBefore = Number.POSITIVE_INFINITY;
    const loaded = await request();
    notBefore = requestedAt + Math.max(everyMs, loaded === undefined ? retryMs : 0);
    onLoad(loaded);
  };
}

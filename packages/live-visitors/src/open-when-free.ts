import { setTimeout as sleep } from 'node:timers/promises';
import { StoreInUseError } from '../../server/src/internal.ts';

/** How often, and for how long, to retry while another process has the store open. */
export const retry = { everyMs: 250, forMs: 30_000 };

/**
 * Opens a store, and retries while another process has it open: some platforms start the new version of a server before
 * they stop the old one.
 *
 * @param stop - ends the wait when it aborts
 * @param onWait - called once, when the wait begins
 * @returns the store, or `undefined` if `stop` aborted first
 * @throws what `open` throws; `StoreInUseError` only when the time is over
 */
export async function openWhenFree<Store>(
  open: () => Store | Promise<Store>,
  stop: AbortSignal,
  onWait: (error: StoreInUseError) => void,
  pause: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<void> = sleep,
): Promise<Store | undefined> {
  for (let waitedMs = 0; !stop.aborted; waitedMs += retry.everyMs) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreInUseError) || waitedMs >= retry.forMs) throw error;
      if (waitedMs === 0) onWait(error);
    }
    // Rejects when `stop` aborts.
    await pause(retry.everyMs, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}

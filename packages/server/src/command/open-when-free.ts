import { setTimeout as sleep } from 'node:timers/promises';
import { StoreInUseError } from '../store/store.ts';

/** How often, and for how long, a store that another process has open is tried again. */
export const retry = { everyMs: 250, forMs: 30_000 };

/**
 * Opens a store. While another process has it open, tries again: some platforms start a new version of the server before
 * they stop the old one.
 *
 * @param options.stop - ends the wait when it aborts
 * @param options.onWait - called once, when the wait begins
 * @returns the store, or `undefined` if it was stopped first
 * @throws what `open` throws; of the errors that the store is in use, only the last one
 */
export async function openWhenFree<Store>(
  open: () => Store | Promise<Store>,
  {
    stop,
    onWait,
    pause = sleep,
  }: {
    stop: AbortSignal;
    onWait: (error: StoreInUseError) => void;
    pause?: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<void>;
  },
): Promise<Store | undefined> {
  for (let waitedMs = 0; !stop.aborted; waitedMs += retry.everyMs) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreInUseError) || waitedMs >= retry.forMs) throw error;
      if (waitedMs === 0) onWait(error);
    }
    // It rejects when it is stopped.
    await pause(retry.everyMs, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}

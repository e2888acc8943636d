import type { Clock } from '../clock.ts';
import { asleepAfterMs, wakingMs } from '../timing.ts';

/**
 * Notices when this document was frozen, or the device asleep.
 *
 * @param onAwake - called when all messages that were queued during the sleep have been handled
 * @returns a function to call on every activity; it returns whether the document is awake
 */
export function watchSleep({ now, schedule }: Clock, onAwake: () => void): () => boolean {
  let activeAt = now();
  let isWaking = false;

  return () => {
    if (now() - activeAt >= asleepAfterMs && !isWaking) {
      isWaking = true;
      schedule(() => {
        isWaking = false;
        activeAt = now();
        onAwake();
      }, wakingMs);
    }
    activeAt = now();
    return !isWaking;
  };
}

import { tickMs } from '@live-visitors/shared';
import type { Clock } from '../clock.ts';

/** A document that has done nothing for so long was asleep. */
const asleepAfterMs = 2.5 * tickMs;

/** How long after a sleep all that has waited may take to arrive. */
const wakingMs = tickMs;

/**
 * Notices when this document was frozen, or the device asleep.
 *
 * @param onAwake - called when all that has waited meanwhile has been heard
 * @returns whether the document is awake; to be called whenever it does anything
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

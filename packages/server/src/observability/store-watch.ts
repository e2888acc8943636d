import type { Store } from '../store/store.ts';
import type { Metrics } from './metrics.ts';
import type { Log } from './safe-log.ts';

export type StoreWatch = ReturnType<typeof createStoreWatch>;

/** Reports in the log and the metrics when a store cannot record, and when it can again. */
export function createStoreWatch(store: Pick<Store, 'trouble'>, metrics: Metrics, log: Log) {
  let reported: string | undefined;

  return {
    /** Call it after each tick that was recorded. */
    checkRecorded(): void {
      const trouble = store.trouble();
      metrics.storeTrouble.set(trouble === undefined ? 0 : 1);
      if (trouble === reported) return;
      reported = trouble;
      if (trouble === undefined) log.info({}, 'totals are being recorded again');
      else log.error({ trouble }, 'totals cannot be recorded');
    },

    checkClosed(): void {
      const trouble = store.trouble();
      if (trouble !== undefined)
        log.error({ trouble }, 'stopped before the last totals could be recorded: they are lost');
    },
  };
}

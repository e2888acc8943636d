import type { Store } from '../store/store.ts';
import type { Metrics } from './metrics.ts';
import type { Log } from './safe-log.ts';

/** Has log and metrics tell when a store comes into trouble, and when it is out of it again. */
export function watchStore(store: Store, metrics: Metrics, log: Log): Store {
  let told: string | undefined;

  return {
    ...store,
    async record(counts) {
      const snapshot = await store.record(counts);
      const trouble = store.trouble();
      metrics.storeTrouble.set(trouble === undefined ? 0 : 1);
      if (trouble !== told) {
        if (trouble === undefined) log.info({}, 'totals are being recorded again');
        else log.error({ trouble }, 'totals cannot be recorded');
        told = trouble;
      }
      return snapshot;
    },
    async close() {
      await store.close();
      const trouble = store.trouble();
      if (trouble !== undefined)
        log.error({ trouble }, 'stopped before the last totals could be recorded: they are lost');
    },
  };
}

import type { Ledger } from '../store/store.ts';
import type { Metrics } from './metrics.ts';
import type { Log } from './safe-log.ts';

/** Has log and metrics tell when a ledger comes into trouble, and when it is out of it again. */
export function watchLedger(ledger: Ledger, metrics: Metrics, log: Log): Ledger {
  let told: string | undefined;

  return {
    ...ledger,
    async record(reading) {
      const snapshot = await ledger.record(reading);
      const trouble = ledger.trouble();
      metrics.ledgerTrouble.set(trouble === undefined ? 0 : 1);
      if (trouble !== told) {
        if (trouble === undefined) log.info({}, 'the ledger records again');
        else log.error({ trouble }, 'the ledger is in trouble');
        told = trouble;
      }
      return snapshot;
    },
    async close() {
      await ledger.close();
      const trouble = ledger.trouble();
      if (trouble !== undefined)
        log.error({ trouble }, 'stopped with figures that could not be recorded: they are lost');
    },
  };
}

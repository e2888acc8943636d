import type { Config } from '../config/config.ts';
import type { Ledger } from './store.ts';
import { openRedisLedger } from './redis/redis-store.ts';
import { openSqliteLedger } from './sqlite/sqlite-store.ts';

/**
 * Opens the ledger that the configuration names: at once the one in a folder, and after a moment the one that a fleet
 * shares.
 *
 * @throws LedgerError where it cannot be had
 */
export function openLedger({
  dataDir,
  redisUrl,
  redisPrefix,
  nameOf,
}: Pick<Config, 'dataDir' | 'redisUrl' | 'redisPrefix' | 'nameOf'>): Ledger | Promise<Ledger> {
  return redisUrl === undefined
    ? openSqliteLedger({ dataDir, now: Date.now, nameOf })
    : openRedisLedger({ url: redisUrl, prefix: redisPrefix, now: Date.now, nameOf });
}

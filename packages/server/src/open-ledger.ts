import type { Config } from './config.ts';
import type { Ledger } from './ledger.ts';
import { openRedisLedger } from './redis-ledger.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

/**
 * Opens the ledger that the configuration names: the one that a fleet shares, or else the one in a folder.
 *
 * @throws LedgerError where it cannot be had
 */
export async function openLedger({ dataDir, redisUrl, redisPrefix }: Config): Promise<Ledger> {
  return redisUrl === undefined
    ? openSqliteLedger({ dataDir, now: Date.now })
    : openRedisLedger({ url: redisUrl, prefix: redisPrefix, now: Date.now });
}

import type { Config } from '../config/config.ts';
import { openRedisStore } from './redis/redis-store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens the store that the configuration names: at once the one in a folder, and after a moment the one that a fleet
 * shares.
 *
 * @throws StoreError where it cannot be had
 */
export function openStore({
  dataDir,
  redisUrl,
  redisPrefix,
  nameOf,
}: Pick<Config, 'dataDir' | 'redisUrl' | 'redisPrefix' | 'nameOf'>): Store | Promise<Store> {
  return redisUrl === undefined
    ? openSqliteStore({ dataDir, now: Date.now, nameOf })
    : openRedisStore({ url: redisUrl, prefix: redisPrefix, now: Date.now, nameOf });
}

import type { LibraryConfig } from '../config/read-config.ts';
import { RedisStore } from './redis/redis-store.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens the store that is configured.
 *
 * @throws StoreError if it cannot be opened
 */
export function openStore({ dataDir, redisUrl, redisPrefix }: LibraryConfig): Store | Promise<Store> {
  return redisUrl === undefined
    ? new SqliteStore({ dataDir, now: Date.now })
    : RedisStore.open({ url: redisUrl, prefix: redisPrefix, now: Date.now });
}

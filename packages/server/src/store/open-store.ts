import type { LibraryConfig } from '../config/read-config.ts';
import type { RedisStoreOptions } from './redis/redis-store.ts';
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
    : openRedisStore({ url: redisUrl, prefix: redisPrefix, now: Date.now });
}

/** The client for Redis takes a third of the time to start, and 17 MiB, so it is imported only here. */
async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { RedisStore } = await import('./redis/redis-store.ts');
  return RedisStore.open(options);
}

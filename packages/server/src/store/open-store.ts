import type { LibraryConfig } from '../config/read-config.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens the store that is configured.
 *
 * @throws StoreError if it cannot be opened
 */
export function openStore({ dataDir, redisUrl: url, redisPrefix: prefix }: LibraryConfig): Store | Promise<Store> {
  if (url === undefined) return new SqliteStore({ dataDir, now: Date.now });
  // The client for Redis takes a third of the time to start, and 17 MiB, so it is imported only here.
  return import('./redis/redis-store.ts').then(({ RedisStore }) => RedisStore.open({ url, prefix, now: Date.now }));
}

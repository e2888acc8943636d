// What the command `live-visitors` uses of the library. It may change in any version, so nothing else should use it.
export { openFilesLimit } from './config/open-files.ts';
export { type Option, optionsFor } from './config/options.ts';
export { type Config, readConfig } from './config/read-config.ts';
export { startServer } from './http/server.ts';
export { messageOf } from './observability/message-of.ts';
export { createMetrics, watchProcess } from './observability/prometheus.ts';
export { pageDir } from './page-dir.ts';
export { openStore } from './store/open-store.ts';
export { sqlitePath } from './store/sqlite/file.ts';
export { SqliteStore } from './store/sqlite/sqlite-store.ts';
export { StoreError, StoreInUseError } from './store/store.ts';
export { parseTotals } from './store/totals-file.ts';
export { systemClock } from './stream/clock.ts';
export { within } from './within.ts';

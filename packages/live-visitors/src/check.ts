import { resolve } from 'node:path';
import { openStore, pageDir } from '../../server/src/internal.ts';
import { fail } from './fail.ts';
import { configureOrFail, openOrFail } from './start-up.ts';

/** Checks whether the server could run as configured. It does not try the port: another server may be using it. */
export async function check(env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<void> {
  const config = configureOrFail(env);
  console.log('Configuration: valid.');
  if (pageDir === undefined) fail('Dashboard: not built. Run "npx -y pnpm@12 build".');
  console.log('Dashboard: built.');
  const store = await openOrFail(() => openStore(config));
  const trouble = store.trouble();
  await store.close();
  // Exit code 0 would tell a script that everything is valid.
  if (stop.aborted) fail(`The check was stopped by ${stop.reason} before it had finished.`);
  if (trouble !== undefined) fail(`Storage: ${trouble}`);
  console.log(config.redisUrl === undefined ? `Storage: ${resolve(config.dataDir)}.` : 'Storage: Redis answers.');
}

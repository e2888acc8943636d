import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openStore } from '../store/open-store.ts';
import { fail } from './fail.ts';
import { type CommandContext, configureOrFail, openOrFail } from './start-up.ts';

/** Says whether the server could run as it is configured. The port is not tried: another one may be running on it. */
export async function check({ env, pageDir, stop }: CommandContext): Promise<void> {
  const config = configureOrFail(env);
  console.log('Configuration: valid.');
  if (!existsSync(join(pageDir, 'index.html'))) fail('Page: not built. Run "pnpm build".');
  console.log('Page: built.');
  const store = await openOrFail(() => openStore(config));
  const trouble = store.trouble();
  await store.close();
  // With exit code 0, a script would go on as if all were in order.
  if (stop.aborted) fail(`The check was stopped by ${stop.reason} before it had finished.`);
  if (trouble !== undefined) fail(`Storage: ${trouble}`);
  console.log(config.redisUrl === undefined ? `Storage: ${resolve(config.dataDir)}.` : 'Storage: Redis answers.');
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openLedger } from '../store/open-store.ts';
import { fail } from './fail.ts';
import { type CommandContext, configureOrFail, openOrFail } from './start-up.ts';

/** Says whether the server could run as it is configured. The port is not tried: another one may be running on it. */
export async function check({ env, pageDir, stop }: CommandContext): Promise<void> {
  const config = configureOrFail(env);
  console.log('Configuration: in order.');
  if (!existsSync(join(pageDir, 'index.html'))) fail('Page: not built. Run "pnpm build".');
  console.log('Page: built.');
  const ledger = await openOrFail(() => openLedger(config));
  const trouble = ledger.trouble();
  await ledger.close();
  // With exit code 0, a script would go on as if all were in order.
  if (stop.aborted) fail(`The check was stopped by ${stop.reason} before it had finished.`);
  if (trouble !== undefined) fail(`Ledger: ${trouble}`);
  console.log(config.redisUrl === undefined ? `Ledger: in ${resolve(config.dataDir)}.` : 'Ledger: Redis answers.');
}

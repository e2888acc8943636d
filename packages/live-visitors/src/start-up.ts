import { type Config, openFilesLimit, readConfig, StoreError } from '../../server/src/internal.ts';
import { fail } from './fail.ts';

/** Reads the configuration, or ends the process with a sentence for each variable that is wrong. */
export function configureOrFail(env: NodeJS.ProcessEnv): Config {
  const result = readConfig(env, openFilesLimit());
  return result.ok ? result.config : fail(...result.problems);
}

/** Opens the store, or ends the process with the sentence that says why it cannot be opened. */
export async function openOrFail<Opened>(open: () => Opened | Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof StoreError) return fail(error.message);
    throw error;
  }
}

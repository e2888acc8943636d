import { delimiter, dirname } from 'node:path';

const ours = /^(npm_|pnpm_|PNPM_|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|VITEST|TEST$|CI$|INIT_CWD$|PORT$|HOST$|DATA_DIR$)/;

/** The environment outside of this repository: this Node.js, none of its own programs, and nothing set for a server. */
export const baseEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
  PATH: [
    dirname(process.execPath),
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules')),
  ].join(delimiter),
  // Where packages come from is for the machine to say.
  ...(process.env.npm_config_registry && { npm_config_registry: process.env.npm_config_registry }),
};

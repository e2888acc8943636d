#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import packageJson from '../package.json' with { type: 'json' };
import { fail } from './command/fail.ts';
import { handleSignals } from './command/signals.ts';
import { messageOf } from './observability/message-of.ts';

// The commands are imported further down, because loading them takes long: signals are to be handled before.
const stop = handleSignals();

// V8 enlarges the space for new objects under load, to 64 MiB, and hardly shrinks it again. At its first size, 3,000
// streams that renew took 138 MiB, flat, where they took 175 to 281 MiB, growing, at the same CPU. On the command line,
// this flag does nothing.
setFlagsFromString('--semi-space-growth-factor=1');

// Node writes its warnings there. Without a listener, one that cannot be written would end the process.
process.stderr.on('error', () => {});

const options = { check: { type: 'boolean' }, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${messageOf(error)}. live-visitors --help prints what there is.`);
  }
}

/** The client's build puts the page beside the server's bundle. */
const pageDir = fileURLToPath(new URL('page', import.meta.url));
const context = { env: process.env, pageDir, stop };
const { help, version, check: isCheck } = readArguments();

if (help) console.log((await import('./config/usage.ts')).usage);
else if (version) console.log(packageJson.version);
else if (isCheck) await (await import('./command/check.ts')).check(context);
else await (await import('./command/serve.ts')).serve(context);

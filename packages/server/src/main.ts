#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { fail } from './command/fail.ts';
import { limitHeap } from './command/limit-heap.ts';
import { handleSignals } from './command/signals.ts';
import { messageOf } from './observability/message-of.ts';

// Loading the commands takes long, so they are imported below, once signals are handled.
const stop = handleSignals();

limitHeap();

// Node writes its warnings here. Without a listener, a failed write would end the process.
process.stderr.on('error', () => {});

const options = { check: { type: 'boolean' }, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${messageOf(error)}. See live-visitors --help.`);
  }
}

/** The client's build puts the dashboard beside the server's bundle. */
const pageDir = fileURLToPath(new URL('page', import.meta.url));
const context = { env: process.env, pageDir, stop };
const { help, version, check: isCheck } = readArguments();

if (help) console.log((await import('./config/help.ts')).help);
else if (version) console.log(packageJson.version);
else if (isCheck) await (await import('./command/check.ts')).check(context);
else await (await import('./command/serve.ts')).serve(context);

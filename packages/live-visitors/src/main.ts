#!/usr/bin/env node
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { fail } from './fail.ts';
import { limitHeap } from './limit-heap.ts';
import { handleSignals } from './signals.ts';

// Loading the commands takes long, so they are imported below, once signals are handled.
const stop = handleSignals();

// First, because an older version would report only that it does not know a flag that limitHeap sets.
await import('../../server/src/check-node.ts').catch(({ message }) => fail(message));
limitHeap();

// Node writes its warnings here. Without a listener, a failed write would end the process.
process.stderr.on('error', () => {});

const options = { check: { type: 'boolean' }, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    // What is thrown here has a message.
    return fail(`${(error as Error).message}. See live-visitors --help.`);
  }
}

const { help, version, check: isCheck } = readArguments();

try {
  // Express cannot be loaded in a folder that was removed.
  if (!version) process.cwd();
} catch {
  fail('The working directory no longer exists. Change to a folder that exists, and start again.');
}

if (help) console.log((await import('./help.ts')).help);
else if (version) console.log(packageJson.version);
else if (isCheck) await (await import('./check.ts')).check(process.env, stop);
else await (await import('./serve.ts')).serve(process.env, stop);

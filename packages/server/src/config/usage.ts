import * as v from 'valibot';
import { type Variable, variablesFor } from './config-variables.ts';

/** What is said of each variable, where it does not matter how many files may be open. */
export const variables = Object.entries<Variable>(variablesFor(16_384)).map(([name, { meaning, standard, schema }]) => {
  return { name, meaning, standard: standard ?? String(v.getDefault(schema)) };
});

const widest = Math.max(...variables.map(({ name }) => name.length));

/** What `--help` prints. */
export const usage = `Shows, live, how many people are on a site right now: serves the page, the stream and the count on one port.

Usage: live-visitors            runs the server until SIGTERM, SIGINT or SIGHUP
       live-visitors --check    says whether it could run, and exits: with 1 where something is wrong
       live-visitors --help     prints this
       live-visitors --version  prints the version

It is configured by environment variables:

${variables
  .map(({ name, meaning, standard }) => {
    const indent = ' '.repeat(widest + 4);
    return `  ${name.padEnd(widest)}  ${meaning}\n${indent}Default: ${standard}.`;
  })
  .join('\n')}
`;

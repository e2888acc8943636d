import { type Option, optionsFor } from '../../server/src/internal.ts';

/** The environment variables as `--help` and the documents list them, whatever the number of open files. */
export const variables = Object.entries<Option<unknown>>(optionsFor(16_384)).map(([name, option]) => {
  return { name, meaning: option.meaning, default: option.defaultText ?? String(option.default) };
});

const widest = Math.max(...variables.map(({ name }) => name.length));
const indent = ' '.repeat(widest + 4);

/** What `--help` prints. */
export const help = `Shows, live, how many people are on a site right now: serves the dashboard, the stream and the count on one port.

Usage: live-visitors            runs the server until SIGTERM, SIGINT, SIGHUP or SIGQUIT
       live-visitors --check    checks whether the server could run, and exits with 1 if it could not
       live-visitors --help     prints this text
       live-visitors --version  prints the version

Environment variables:

${variables
  .map(({ name, meaning, default: value }) => `  ${name.padEnd(widest)}  ${meaning}\n${indent}Default: ${value}.`)
  .join('\n')}
`;

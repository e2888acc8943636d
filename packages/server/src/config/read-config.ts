import { inspect } from 'node:util';
import { optionNameOf } from './name-of.ts';
import { type CommandOptions, type LibraryOptions, type Option, optionsFor, reservedFiles } from './options.ts';

/** The options of the library, and what follows from them. */
export type LibraryConfig = LibraryOptions & {
  /** Maximum number of connections, streams included. The other open files are for the log, the store and the runtime. */
  maxConnections: number;
};

export type Config = LibraryConfig & CommandOptions;

export type ConfigResult<Result> = { ok: true; config: Result } | { ok: false; problems: string[] };

/**
 * Reads the configuration from environment variables. An empty variable counts as left out.
 *
 * @param openFiles - how many files this process may have open at once
 * @returns the configuration, or for each variable that is wrong a sentence that says what to set
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, openFiles: number): ConfigResult<Config> {
  const problems: string[] = [];
  const values = Object.entries<Option<unknown>>(optionsFor(openFiles)).map(([variable, option]) => {
    const text = env[variable];
    if (!text) return [optionNameOf(variable), option.default];
    const value = option.read(text);
    if (value === undefined) problems.push(explain(variable, option, text));
    return [optionNameOf(variable), value];
  });
  return resultOf(values, problems, openFiles);
}

/**
 * Reads the options of the library. An `undefined` option counts as left out.
 *
 * @returns the configuration, or a sentence for each option that is wrong or unknown
 */
export function readOptions(given: Readonly<Record<string, unknown>>, openFiles: number): ConfigResult<LibraryConfig> {
  const options = Object.entries<Option<unknown> & { isForCommandOnly?: boolean }>(optionsFor(openFiles))
    .filter(([, { isForCommandOnly }]) => !isForCommandOnly)
    .map(([variable, option]) => ({ name: optionNameOf(variable), ...option }));
  const names = options.map(({ name }) => name);
  const problems = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map(
      (name) => `There is no option ${JSON.stringify(name)}. The options are ${names.join(', ')}, logger and registry.`,
    );
  const values = options.map(({ name, ...option }) => {
    if (given[name] === undefined) return [name, option.libraryDefault ?? option.default];
    const value = readOption(option, given[name]);
    if (value === undefined) problems.push(explain(name, option, given[name]));
    return [name, value];
  });
  return resultOf(values, problems, openFiles);
}

function readOption({ read, readOption }: Option<unknown>, given: unknown): unknown {
  if (readOption !== undefined) return readOption(given);
  const value = typeof given === 'string' || typeof given === 'number' ? read(String(given)) : undefined;
  return typeof value === typeof given ? value : undefined;
}

function resultOf<Result>(values: unknown[][], problems: string[], openFiles: number): ConfigResult<Result> {
  if (problems.length > 0) return { ok: false, problems };
  const maxConnections = openFiles - Math.floor(reservedFiles(openFiles) / 2);
  // Each value has passed the check of its own option, which TypeScript does not follow.
  return { ok: true, config: { ...Object.fromEntries(values), maxConnections } as Result };
}

function explain(name: string, { limits, isSecret }: Option<unknown>, given: unknown): string {
  if (given === '' || (Array.isArray(given) && given.length === 0))
    return `${name} is empty. Omit it to use the default, or give it a value.`;
  if (isSecret) return `${name} must be ${limits} (the current value is hidden because it may contain a password).`;
  return `${name} must be ${limits}, but is ${typeof given === 'string' ? JSON.stringify(given) : inspect(given)}.`;
}

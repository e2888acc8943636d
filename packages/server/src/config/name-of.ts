import type { Variables } from './config-variables.ts';

/** What a setting is called by whoever sets it; which one is meant, its environment variable says. */
export type NameOf = (variable: keyof Variables) => string;

/** For those who run a command. */
export const variableName: NameOf = (variable) => variable;

/** For those who have the library: an option, or what their app says of its proxies. */
export const optionName: NameOf = (variable) =>
  variable === 'TRUST_PROXY'
    ? `the app's "trust proxy"`
    : variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

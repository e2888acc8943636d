import type { Options } from './options.ts';

export type Variable = keyof Options;

let isLibrary = false;

/** From now on, the messages of this process are for users of the library, who set options instead of variables. */
export function nameSettingsAsOptions(): void {
  isLibrary = true;
}

/** What a setting is called by whoever sets it. Users of the library name their proxies to their app. */
export function nameOf(variable: Variable): string {
  if (!isLibrary) return variable;
  return variable === 'TRUST_PROXY' ? `the app's "trust proxy"` : optionNameOf(variable);
}

export function optionNameOf(variable: string): string {
  return variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

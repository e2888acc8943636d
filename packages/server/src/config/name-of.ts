import type { Options } from './options.ts';

export type Variable = keyof Options;

let isLibrary = false;

/** From now on, the messages of this process are for users of the library, who set options instead of variables. */
export function nameSettingsAsOptions(): void {
  isLibrary = true;
}

/** The name of a setting for messages. In the library, `TRUST_PROXY` is a setting of the user's Express app. */
export function nameOf(variable: Variable): string {
  if (!isLibrary) return variable;
  return variable === 'TRUST_PROXY' ? `the app's "trust proxy"` : optionNameOf(variable);
}

export function optionNameOf(variable: string): string {
  return variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

import type { Parameter, RepeatableParameter } from './query.ts';
import { encodePageName, maxNameBytes } from './stream-url.ts';

/** The most names that one parameter of a request may give. */
export const maxPages = 64;

/** The most bytes that all names of a request may take in its URL: proxies accept about 8 KiB of it. */
export const maxEncodedBytes = 4096;

// U+FFFD is what a decoder makes of bytes that are not UTF-8.
const forbidden = /[\p{Cc}\p{Cs}\uFFFD]/u;

/** Whether a text can be the name of a page: 1 to 128 bytes of UTF-8, without control characters and U+FFFD. */
export function isPageName(text: string): boolean {
  return text !== '' && !forbidden.test(text) && encodeURIComponent(text).replace(/%../g, '_').length <= maxNameBytes;
}

export const pageName: Parameter<string> = {
  limits: `1 to ${maxNameBytes} bytes of UTF-8, without control characters and U+FFFD`,
  read: (text) => (isPageName(text) ? text : undefined),
};

export const pageNames: RepeatableParameter<string> = { ...pageName, maxTimes: maxPages };

/** What is wrong with names that are each allowed, but too long together; `undefined` if nothing is. */
export function whyTooLong(names: readonly string[]): string | undefined {
  const bytes = names.reduce((sum, name) => sum + encodePageName(name).length, 0);
  if (bytes <= maxEncodedBytes) return undefined;
  return `The names of all pages ("page" and "watch") must be at most ${maxEncodedBytes} bytes together, percent-encoded, but are ${bytes}.`;
}

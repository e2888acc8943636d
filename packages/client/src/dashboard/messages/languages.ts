import { en } from './en.ts';
import { es } from './es.ts';
import type { Words } from './messages.ts';
import { ptBR } from './pt-br.ts';

/** The languages that the page speaks, by their BCP 47 tags. */
export const languages = { en, 'pt-BR': ptBR, es } satisfies Record<string, Words>;

export type Language = keyof typeof languages;

// As the type of the keys is known here, `Object.keys` tells no lie.
export const languageTags = Object.keys(languages) as Language[];

/** @property locale - the tag by which numbers and dates are written: the reader's own kind of the language, if known */
export type Choice = { language: Language; locale: string };

/**
 * Picks the language to speak.
 *
 * @param wanted - the tag that was asked for, if any
 * @param preferred - the tags that the reader prefers, the best first
 */
export function chooseLanguage(wanted: string | null, preferred: readonly string[]): Choice {
  const asked = [...(wanted === null ? [] : [wanted]), ...preferred];
  const language = asked.map(spoken).find((tag) => tag !== undefined) ?? 'en';
  return { language, locale: preferred.find((tag) => spoken(tag) === language && isTag(tag)) ?? language };
}

/** The language of the page that a reader of `tag` understands. */
function spoken(tag: string): Language | undefined {
  return languageTags.find((language) => primary(language) === primary(tag));
}

function primary(tag: string): string | undefined {
  return tag.toLowerCase().split('-', 1)[0];
}

/** Some browsers prefer `en-US@posix`, which is none. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

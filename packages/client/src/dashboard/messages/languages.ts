import { createFormats, type Formats } from '../formats.ts';
import { en, type Messages } from './en.ts';
import { es } from './es.ts';
import { ptBR } from './pt-br.ts';

/** The languages of the dashboard, by their BCP 47 tags. */
export const languages = { en, 'pt-BR': ptBR, es } satisfies Record<string, Messages>;

export type Language = keyof typeof languages;

// `languages` has no other keys.
export const languageTags = Object.keys(languages) as Language[];

/** The language of the dashboard, and how its reader writes numbers and dates. */
export type Locale = { language: Language; messages: Messages; formats: Formats };

/** @param tag - the BCP 47 tag for numbers and dates */
export function createLocale({ language, tag }: { language: Language; tag: string }): Locale {
  return { language, messages: languages[language], formats: createFormats(tag) };
}

/**
 * Picks the language of the dashboard, and the reader's own variant of it, if known, for numbers and dates.
 *
 * @param wanted - the tag that was asked for, if any
 * @param preferred - the tags that the reader prefers, the best first
 */
export function chooseLanguage(wanted: string | null, preferred: readonly string[]) {
  const asked = [wanted ?? '', ...preferred];
  const language = asked.map(languageOf).find((found) => found !== undefined) ?? 'en';
  return { language, tag: preferred.find((tag) => languageOf(tag) === language && isTag(tag)) ?? language };
}

/** The language of the dashboard for readers of `tag`. */
function languageOf(tag: string): Language | undefined {
  return languageTags.find((language) => primary(language) === primary(tag));
}

function primary(tag: string): string | undefined {
  return tag.toLowerCase().split('-', 1)[0];
}

/** Chromium has `en-US@posix` on a system without a language, which is not a language tag. */
export function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

import { createFormats, type Formats } from './formats.ts';
import { type Choice, type Language, languages } from './messages/languages.ts';
import type { FixedWords, Words } from './messages/messages.ts';

/** How the page speaks to its reader. */
export type Speech = { language: Language; words: Words; formats: Formats };

export function createSpeech({ language, locale }: Choice): Speech {
  return { language, words: languages[language], formats: createFormats(locale) };
}

/** Puts a language's words where `index.html` has named them. */
export function showFixedWords({ language, words }: Speech): void {
  document.documentElement.lang = language;
  const named = document.querySelectorAll<HTMLElement>('[data-word], [data-word-label]');
  for (const element of named) {
    const { word, wordLabel } = element.dataset;
    if (word) element.textContent = wordOf(words, word);
    if (wordLabel) element.ariaLabel = wordOf(words, wordLabel);
  }
}

function wordOf({ fixed }: Words, name: string): string {
  // A test holds every name in index.html against the words.
  return fixed[name as keyof FixedWords];
}

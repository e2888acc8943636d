import { findAs } from './dom.ts';
import { chooseLanguage, createLocale, type Locale } from './messages/languages.ts';

const parameter = 'lang';

/** Reads the language from the URL, or else from the browser's settings. */
export function readLocale(): Locale {
  return createLocale(chooseLanguage(new URLSearchParams(location.search).get(parameter), navigator.languages));
}

/** Lets the reader change the language. The choice is kept in the URL, also in that of the link to another tab. */
export function offerLanguages({ language }: Locale, onLocale: (locale: Locale) => void): void {
  const select = findAs(HTMLSelectElement, '.language select');
  const openTab = findAs(HTMLAnchorElement, 'a.action');
  const keepLanguage = () => {
    openTab.href = location.pathname + location.search;
  };

  select.value = language;
  keepLanguage();
  select.addEventListener('change', () => {
    const url = new URL(location.href);
    url.searchParams.set(parameter, select.value);
    history.replaceState(history.state, '', url);
    keepLanguage();
    onLocale(readLocale());
  });
}

/** The attributes by which `index.html` names messages, and the properties that they set. */
const named = { 'data-message': 'textContent', 'data-message-label': 'ariaLabel', 'data-message-content': 'content' };

/** The texts that `index.html` had at first. */
const english: { [name: string]: string } = {};

export function showFixedMessages({ language, messages }: Locale): void {
  document.documentElement.lang = language;
  for (const [attribute, property] of Object.entries(named)) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const name = element.getAttribute(attribute) ?? '';
      english[name] ??= Reflect.get(element, property);
      Reflect.set(element, property, messages.fixed?.[name] ?? english[name]);
    }
  }
}

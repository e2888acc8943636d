import { findAs } from './dom.ts';
import { type Choice, chooseLanguage } from './messages/languages.ts';

const parameter = 'lang';

/** The language in which to begin: the one in the page's address, or the reader's own. */
export function readChoice(): Choice {
  return chooseLanguage(new URLSearchParams(location.search).get(parameter), navigator.languages);
}

/** Lets the reader switch languages. The choice is kept in the page's address, and so goes with it into other tabs. */
export function offerLanguages(first: Choice, onChoice: (choice: Choice) => void): void {
  const select = findAs(HTMLSelectElement, '.language select');
  const openTab = findAs(HTMLAnchorElement, 'a.action');

  function settle({ language }: Choice): void {
    select.value = language;
    openTab.href = location.pathname + location.search;
  }

  settle(first);
  select.addEventListener('change', () => {
    const url = new URL(location.href);
    url.searchParams.set(parameter, select.value);
    history.replaceState(history.state, '', url);
    const choice = readChoice();
    settle(choice);
    onChoice(choice);
  });
}

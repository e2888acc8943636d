import type { DocumentSubscription } from '../../document-subscription.ts';
import { shareSubscription } from '../../widget/document-subscriptions.ts';
import { defineElement } from '../../widget/element.ts';
import { wordsFor } from '../../widget/labels.ts';
import { find, findAs, setText } from '../dom.ts';
import type { Speech } from '../locale.ts';
import { createCopier } from './copier.ts';
import { attributesFor, type EmbedOptions, snippetFor } from './snippet.ts';

/** What the formats of the number look like. */
const example = 12_345;

/** Offers the HTML with which the number stands on another site, and shows what it looks like. */
export function createEmbedDialog(server: string, subscription: DocumentSubscription) {
  const dialog = findAs(HTMLDialogElement, 'dialog.embed');
  const form = findAs(HTMLFormElement, '.embed form');
  const preview = find('.preview live-visitors');
  const code = find('.snippet code');
  const copier = createCopier(find('.copy'), find('.copied'), code);
  const label = findAs(HTMLInputElement, '.embed [name="label"]');
  const full = find('.embed option[value="full"]');
  const compact = find('.embed option[value="compact"]');

  function options(): EmbedOptions {
    const data = new FormData(form);
    return {
      label: String(data.get('label')),
      lang: String(data.get('lang')),
      isCompact: data.get('format') === 'compact',
      observe: data.has('observe'),
    };
  }

  function update(): void {
    const chosen = options();
    const attributes = new Map(attributesFor(chosen));
    for (const name of preview.getAttributeNames()) if (!attributes.has(name)) preview.removeAttribute(name);
    for (const [name, value] of attributes) {
      if (preview.getAttribute(name) !== value) preview.setAttribute(name, value);
    }
    label.placeholder = wordsFor(chosen.lang || document.documentElement.lang, false, example).label;
    setText(code, snippetFor(server, chosen));
    copier.reset();
  }

  function open(): void {
    // The preview takes part in what the page itself listens to, and so counts nobody twice.
    shareSubscription(server, subscription);
    defineElement(server);
    update();
    dialog.showModal();
  }

  find('[data-opens="embed"]').addEventListener('click', open);
  form.addEventListener('input', update);
  // Enter in a field is no reason to close.
  form.addEventListener('submit', (event) => event.preventDefault());
  find('.embed .close').addEventListener('click', () => dialog.close());
  // What is around the form is the backdrop.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());

  return {
    speak({ words, formats }: Speech): void {
      copier.speak(words);
      setText(full, formats.count(example));
      setText(compact, new Intl.NumberFormat(formats.locale, { notation: 'compact' }).format(example));
    },
  };
}

import { defineElement } from '../../widget/element.ts';
import { textsFor } from '../../widget/labels.ts';
import { find, findAs, setText } from '../dom.ts';
import type { Locale } from '../messages/languages.ts';
import { createCopier } from './copier.ts';
import { attributesFor, type EmbedOptions, snippetFor } from './snippet.ts';

/** Shows what the number formats look like. */
const example = 12_345;

/** Offers the HTML that puts the number on another site, with a preview. */
export function createEmbedDialog(server: string) {
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
      isPage: data.get('counted') === 'page',
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
    label.placeholder = textsFor(chosen.lang || document.documentElement.lang, false, example).label;
    setText(code, snippetFor(server, chosen));
    copier.reset();
  }

  function open(): void {
    // The preview shares the dashboard's subscription, so that the tab counts once.
    defineElement(server);
    update();
    dialog.showModal();
  }

  find('[data-opens="embed"]').addEventListener('click', open);
  form.addEventListener('input', update);
  // Enter in a field must not close the dialog.
  form.addEventListener('submit', (event) => event.preventDefault());
  find('.embed .close').addEventListener('click', () => dialog.close());
  // The dashboard is not on a page of its own because of a preview that nobody sees.
  dialog.addEventListener('close', () => preview.removeAttribute('page'));
  // A click on the dialog itself is a click on the backdrop.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());

  return {
    translate({ messages, formats }: Locale): void {
      copier.translate(messages);
      setText(full, formats.count(example));
      setText(compact, formats.compact(example));
    },
  };
}

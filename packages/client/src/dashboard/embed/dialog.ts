import { defineElement } from '../../widget/element.ts';
import { textsFor } from '../../widget/labels.ts';
import { find, findAs, setText } from '../dom.ts';
import type { Locale } from '../messages/languages.ts';
import { createCopier } from './copier.ts';
import { attributesOf, snippetFor } from './snippet.ts';

/** Shows what the number formats look like. */
const example = 12_345;

/**
 * Offers the HTML that puts the number on another site, with a preview.
 *
 * @returns what to call when the locale has changed
 */
export function createEmbedDialog(server: string, locale: () => Locale): () => void {
  const dialog = findAs(HTMLDialogElement, 'dialog.embed');
  const form = findAs(HTMLFormElement, '.embed form');
  const preview = find('.preview live-visitors');
  const code = find('.snippet code');
  const resetCopier = createCopier(find('.copy'), find('.copied'), code, () => locale().messages);
  const label = findAs(HTMLInputElement, '.embed [name="label"]');

  function update(): void {
    const attributes = attributesOf(new FormData(form));
    for (const name of preview.getAttributeNames()) if (!attributes.has(name)) preview.removeAttribute(name);
    for (const [name, value] of attributes) preview.setAttribute(name, value);
    label.placeholder = textsFor(attributes.get('lang') ?? locale().language, false, example).label;
    setText(code, snippetFor(server, attributes));
    resetCopier();
  }

  find('[data-opens="embed"]').addEventListener('click', () => {
    // The preview shares the dashboard's subscription, so that the tab counts once.
    defineElement(server);
    update();
    dialog.showModal();
  });
  form.addEventListener('input', update);
  // Enter in a field must not close the dialog.
  form.addEventListener('submit', (event) => event.preventDefault());
  find('.embed .close').addEventListener('click', () => dialog.close());
  // While the dialog is closed, the preview must not count this tab on a page.
  dialog.addEventListener('close', () => preview.removeAttribute('page'));
  // The dialog itself is pressed at its backdrop. The click also goes to it if what is pressed inside is released outside.
  let pressed: EventTarget | null = null;
  dialog.addEventListener('pointerdown', ({ target }) => {
    pressed = target;
  });
  dialog.addEventListener('click', ({ target }) => target === dialog && pressed === dialog && dialog.close());

  return () => {
    resetCopier();
    const { formats } = locale();
    setText(find('[name="format"] [value=""]'), formats.count(example));
    setText(find('[name="format"] [value="compact"]'), formats.compact(example));
  };
}

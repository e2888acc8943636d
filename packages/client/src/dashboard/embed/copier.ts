import { setText } from '../dom.ts';
import type { Messages } from '../messages/en.ts';

/** How long a button shows that it has copied. */
const confirmationMs = 2500;

/**
 * Makes a button copy the text of an element.
 *
 * @param status - for screen readers, which do not read the button again
 * @returns how to make the button say again what it does
 */
export function createCopier(button: HTMLElement, status: HTMLElement, source: HTMLElement, messages: () => Messages) {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function reset(): void {
    clearTimeout(timer);
    setText(button, messages().copy);
    setText(status, '');
  }

  button.addEventListener('click', async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      // Pages over plain HTTP have no clipboard; others may be denied it.
      done = false;
      getSelection()?.selectAllChildren(source);
    }
    reset();
    const { copied, selected } = messages();
    if (done) setText(button, copied);
    setText(status, done ? copied : selected);
    timer = setTimeout(reset, done ? confirmationMs : 2 * confirmationMs);
  });

  return reset;
}

import { setText } from '../dom.ts';
import type { Messages } from '../messages/en.ts';

/** How long a button shows that it has copied. */
const confirmationMs = 2500;

/**
 * Makes a button copy the text of an element.
 *
 * @param status - for screen readers, which do not read the button again
 */
export function createCopier(button: HTMLElement, status: HTMLElement, source: HTMLElement) {
  let messages: Messages | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function reset(): void {
    clearTimeout(timer);
    if (messages) setText(button, messages.fixed.copy);
    setText(status, '');
  }

  async function copy(): Promise<void> {
    const done = await copyText(source.textContent);
    if (!done) getSelection()?.selectAllChildren(source);
    reset();
    if (!messages) return;
    if (done) setText(button, messages.copied);
    setText(status, done ? messages.copied : messages.selected);
    timer = setTimeout(reset, done ? confirmationMs : 2 * confirmationMs);
  }

  button.addEventListener('click', copy);

  return {
    reset,
    translate(next: Messages): void {
      messages = next;
      reset();
    },
  };
}

/** Pages over plain HTTP have no clipboard; others may be denied it. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

import { setText } from '../dom.ts';
import type { Words } from '../messages/messages.ts';

/** How long a button says that it has copied. */
const saidForMs = 2500;

/**
 * Makes a button copy the text of an element.
 *
 * @param status - where it is said for those who do not see the button
 */
export function createCopier(button: HTMLElement, status: HTMLElement, source: HTMLElement) {
  let words: Words | undefined;
  let saidAt: ReturnType<typeof setTimeout> | undefined;

  function reset(): void {
    clearTimeout(saidAt);
    if (words) setText(button, words.fixed.copy);
    setText(status, '');
  }

  async function copy(): Promise<void> {
    const done = await copyText(source.textContent);
    if (!done) getSelection()?.selectAllChildren(source);
    reset();
    if (!words) return;
    if (done) setText(button, words.copied);
    setText(status, done ? words.copied : words.selected);
    saidAt = setTimeout(reset, done ? saidForMs : 2 * saidForMs);
  }

  button.addEventListener('click', copy);

  return {
    reset,
    speak(next: Words): void {
      words = next;
      reset();
    },
  };
}

/** Over plain HTTP there is no clipboard for pages; elsewhere it may be withheld. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

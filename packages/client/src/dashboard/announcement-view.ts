import { createAnnouncer, type Saying } from './announcer.ts';
import { find } from './dom.ts';

/** Announces what has changed to those who listen to the page. It is the page's only live region of its kind. */
export function createAnnouncementView(now: () => number) {
  const element = find('.announcement');
  const announce = createAnnouncer();

  return {
    /** To be called with all that holds now, each second and whenever it changes. */
    hear(sayings: readonly Saying[]): void {
      const said = announce(sayings, now());
      // New elements are announced even where the same was said before.
      if (said.length > 0) element.replaceChildren(...said.flatMap((saying) => [createLine(saying), ' ']));
    },

    /** Takes away what stands there in another language. */
    clear(): void {
      element.replaceChildren();
    },
  };
}

function createLine({ text, lang }: Saying): HTMLElement {
  const line = document.createElement('p');
  if (lang) line.lang = lang;
  line.textContent = text;
  return line;
}

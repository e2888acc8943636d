import { type Announcement, createAnnouncer } from './announcer.ts';
import { find } from './dom.ts';

/** Announces changes to screen readers, in the dashboard's only live region. */
export function createAnnouncementView(now: () => number) {
  const element = find('.announcement');
  const announce = createAnnouncer();

  return {
    /** To be called with all that is true now, each second and after every change. */
    update(current: readonly Announcement[]): void {
      const added = announce(current, now());
      // New elements are announced even if their text is the same as before.
      if (added.length > 0) element.replaceChildren(...added.flatMap((each) => [createLine(each), ' ']));
    },

    /** Removes what is there in another language. */
    clear(): void {
      element.replaceChildren();
    },
  };
}

function createLine({ text, lang }: Announcement): HTMLElement {
  const line = document.createElement('p');
  if (lang) line.lang = lang;
  line.textContent = text;
  return line;
}

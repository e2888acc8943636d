import { shownForMs } from '../update.ts';
import { iconSvg } from './tab-icon.ts';

/** The number as the reader's language writes it, and how old it is. */
export type Marked = { text: string; ageMs: number };

/** `online` is the number, where it is known; `name` is that of the page. */
export type TabMark = { online: Marked | undefined; isLive: boolean; name: string };

/** Shows the number in the title and the icon of the browser's tab. Does nothing where both show it already. */
export function markTab({ online: known, isLive, name }: TabMark): void {
  const online = textOf(known);
  const title = titleOf(online, name);
  if (document.title !== title) document.title = title;

  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = `data:image/svg+xml,${encodeURIComponent(iconSvg(online, isLive))}`;
  if (link && link.getAttribute('href') !== href) link.setAttribute('href', href);
}

/** The number that the tab is to show, if any: it cannot say how old its number is. */
export function textOf(known: Marked | undefined): string | undefined {
  return known && known.ageMs < shownForMs ? known.text : undefined;
}

export function titleOf(online: string | undefined, name: string): string {
  return online === undefined ? name : `(${online}) ${name}`;
}

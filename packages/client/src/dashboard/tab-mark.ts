import { shownForMs } from '../timing.ts';
import { iconSvg } from './tab-icon.ts';

/** The number as the reader's language writes it, and its age. */
type Known = { text: string; ageMs: number };

/** Shows the number in the title and the icon of the browser's tab. */
export function markTab(known: Known | undefined, isLive: boolean): void {
  const online = textOf(known);
  const title = titleOf(online);
  if (document.title !== title) document.title = title;

  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = `data:image/svg+xml,${encodeURIComponent(iconSvg(online, isLive))}`;
  if (link && link.getAttribute('href') !== href) link.setAttribute('href', href);
}

/** The number for the tab, unless it is old: a tab has no space for its age. */
export function textOf(known: Known | undefined): string | undefined {
  return known && known.ageMs < shownForMs ? known.text : undefined;
}

export function titleOf(online: string | undefined): string {
  return online === undefined ? 'Live Visitors' : `(${online}) Live Visitors`;
}

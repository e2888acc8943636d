import { iconSvg } from './tab-icon.ts';

/** `online` is the number as the reader's language writes it, where it is known; `name` is that of the page. */
export type TabMark = { online: string | undefined; isLive: boolean; name: string };

/** Shows the number in the title and the icon of the browser's tab. Does nothing where both show it already. */
export function markTab({ online, isLive, name }: TabMark): void {
  const title = titleOf(online, name);
  if (document.title !== title) document.title = title;

  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = `data:image/svg+xml,${encodeURIComponent(iconSvg(online, isLive))}`;
  if (link && link.getAttribute('href') !== href) link.setAttribute('href', href);
}

export function titleOf(online: string | undefined, name: string): string {
  return online === undefined ? name : `(${online}) ${name}`;
}

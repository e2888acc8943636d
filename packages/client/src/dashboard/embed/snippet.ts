import { scripts } from '@live-visitors/shared';

/** The choices in the dialog. */
export type EmbedOptions = {
  /** Whether to count the page that the element is on, in place of the whole site. */
  isPage: boolean;
  /** Empty for the default. */
  label: string;
  /** A BCP 47 tag; empty for the language of the site. */
  lang: string;
  isCompact: boolean;
  /** Whether to show the number without counting those who see it. */
  observe: boolean;
};

/** The attributes of `<live-visitors>` for these choices, in the order of the snippet. */
export function attributesFor({
  isPage,
  label,
  lang,
  isCompact,
  observe,
}: EmbedOptions): [name: string, value: string][] {
  const attributes: [name: string, value: string][] = [];
  if (isPage) attributes.push(['page', '']);
  if (label.trim() !== '') attributes.push(['label', label.trim()]);
  if (lang !== '') attributes.push(['lang', lang]);
  if (isCompact) attributes.push(['format', 'compact']);
  if (observe) attributes.push(['observe', '']);
  return attributes;
}

/**
 * The HTML to paste.
 *
 * @param server - its URL, without a slash at the end
 */
export function snippetFor(server: string, options: EmbedOptions): string {
  const attributes = attributesFor(options).map(([name, value]) =>
    value ? ` ${name}="${escapeText(value)}"` : ` ${name}`,
  );
  return [
    `<script src="${escapeText(server + scripts.widget)}" async></script>`,
    // The space keeps the height of the line until the script has loaded.
    `<live-visitors${attributes.join('')}>&nbsp;</live-visitors>`,
  ].join('\n');
}

/** Escapes text for an attribute value in double quotes (HTML Standard §13.1.2.3), and for text. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import { scripts } from '@live-visitors/shared';

/** What someone has chosen for the widget on their site. */
export type EmbedOptions = {
  /** Empty for the widget's own. */
  label: string;
  /** A BCP 47 tag; empty for the language of the site. */
  lang: string;
  isCompact: boolean;
  /** Whether the number is shown without counting those who see it. */
  observe: boolean;
};

/** The attributes that a `<live-visitors>` element has for it, in the order in which they are written. */
export function attributesFor({ label, lang, isCompact, observe }: EmbedOptions): [name: string, value: string][] {
  const attributes: [name: string, value: string][] = [];
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
    // The space keeps room for the number until the script has come.
    `<live-visitors${attributes.join('')}>&nbsp;</live-visitors>`,
  ].join('\n');
}

/** Makes text the value of an attribute in double quotes (HTML Standard §13.1.2.3), and safe to paste anywhere else. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

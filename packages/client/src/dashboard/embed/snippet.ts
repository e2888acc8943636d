import { scripts } from '@live-visitors/shared';

/** Attributes that take no value. */
const booleans = ['page', 'observe'];

/**
 * The attributes of `<live-visitors>`, in the order of the snippet.
 *
 * @param fields - the form's fields, in this order and named like the attributes; empty ones are left out
 */
export function attributesOf(fields: Iterable<[name: string, value: unknown]>): Map<string, string> {
  const chosen = [...fields].map(([name, value]) => [name, `${value}`.trim()] as const);
  const filled = chosen.filter(([, value]) => value !== '');
  return new Map(filled.map(([name, value]) => [name, booleans.includes(name) ? '' : value]));
}

/**
 * The HTML to paste.
 *
 * @param server - its URL, without a slash at the end
 */
export function snippetFor(server: string, attributes: ReadonlyMap<string, string>): string {
  const written = [...attributes].map(([name, value]) => (value ? ` ${name}="${escapeText(value)}"` : ` ${name}`));
  return [
    `<script src="${escapeText(server + scripts.widget)}" async></script>`,
    // The space keeps the height of the line until the script has loaded.
    `<live-visitors${written.join('')}>&nbsp;</live-visitors>`,
  ].join('\n');
}

/** Escapes text for an attribute value in double quotes (HTML Standard §13.1.2.3), and for text. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

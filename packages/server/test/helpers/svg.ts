import { SaxesParser } from 'saxes';

/**
 * Reads an SVG image with a strict XML parser.
 *
 * @throws where it is no well-formed XML
 */
export function readSvg(svg: string) {
  const elements: string[] = [];
  const texts: string[] = [];
  const root = { role: '', label: '' };
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes, ns }) => {
    if (elements.length === 0) {
      root.role = attributes.role?.value ?? '';
      root.label = attributes['aria-label']?.value ?? '';
      if (name !== 'svg' || ns[''] !== 'http://www.w3.org/2000/svg') throw new Error(`<${name}> is no SVG image`);
    }
    elements.push([name, ...Object.keys(attributes)].join(' '));
  });
  parser.on('text', (text) => texts.push(text));
  for (const kind of ['comment', 'cdata', 'doctype', 'processinginstruction'] as const) {
    parser.on(kind, () => {
      throw new Error(`it has a ${kind}`);
    });
  }
  parser.write(svg).close();
  return { root, elements, texts };
}

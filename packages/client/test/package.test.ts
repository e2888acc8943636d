import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LiveVisitorsElement } from '../src/index.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('the custom elements manifest has what the element has', () => {
  const [, { declarations }] = JSON.parse(read('custom-elements.json')).modules;
  const [{ attributes, cssParts, cssProperties }] = declarations;
  const names = (members: { name: string }[]) => members.map(({ name }) => name).toSorted();
  const found = (text: string, pattern: RegExp) => [...new Set(text.match(pattern))].toSorted();
  // `below-min` is the element's own.
  expect(['below-min', ...names(attributes)]).toEqual(LiveVisitorsElement.observedAttributes.toSorted());
  expect(names(cssParts)).toEqual(found(read('src/widget/element.ts'), /(?<='part', `)\w+/g));
  expect(names(cssProperties)).toEqual(found(read('src/widget/widget.css'), /(?<=var\()[\w-]+/g));
});

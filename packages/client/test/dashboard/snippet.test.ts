import { expect, test } from 'vitest';
import { attributesOf, snippetFor } from '../../src/dashboard/embed/snippet.ts';

const plain = { page: '', label: '', lang: '', format: '' };

/** The attributes of a form that is filled in so. A checkbox that is not checked is no field. */
const attributes = (fields: Record<string, string>) => attributesOf(Object.entries({ ...plain, ...fields }));
const snippet = (fields: Record<string, string>) => snippetFor('https://visitors.example.com', attributes(fields));

test('what is left as it is takes no attribute', () => {
  expect(snippet({})).toBe(
    '<script src="https://visitors.example.com/widget.js" async></script>\n<live-visitors>&nbsp;</live-visitors>',
  );
});

test('every choice is an attribute of the element', () => {
  const fields = { page: 'true', label: 'people here', lang: 'pt-BR', format: 'compact', observe: 'on' };
  expect(snippet(fields).split('\n')[1]).toBe(
    '<live-visitors page label="people here" lang="pt-BR" format="compact" observe>&nbsp;</live-visitors>',
  );
  expect(Object.fromEntries(attributes(fields))).toEqual({
    page: '',
    label: 'people here',
    lang: 'pt-BR',
    format: 'compact',
    observe: '',
  });
});

test('no label breaks out of its attribute', () => {
  const label = '"><script>alert(1)</script>&copy;\'';
  expect(snippet({ label }).split('\n')[1]).toBe(
    '<live-visitors label="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;copy;\'">&nbsp;</live-visitors>',
  );
});

test('a label of spaces is none', () => {
  expect([...attributes({ label: '  ' })]).toEqual([]);
  expect([...attributes({ label: ' here ' })]).toEqual([['label', 'here']]);
});

import { expect, test } from 'vitest';
import { attributesFor, type EmbedOptions, snippetFor } from '../../src/dashboard/embed/snippet.ts';

const plain: EmbedOptions = { isPage: false, label: '', lang: '', isCompact: false, observe: false };

test('what is left as it is takes no attribute', () => {
  expect(snippetFor('https://visitors.example.com', plain)).toBe(
    '<script src="https://visitors.example.com/widget.js" async></script>\n<live-visitors>&nbsp;</live-visitors>',
  );
});

test('every choice is an attribute of the element', () => {
  const options = { isPage: true, label: 'people here', lang: 'pt-BR', isCompact: true, observe: true };
  expect(snippetFor('https://visitors.example.com', options).split('\n')[1]).toBe(
    '<live-visitors page label="people here" lang="pt-BR" format="compact" observe>&nbsp;</live-visitors>',
  );
  expect(Object.fromEntries(attributesFor(options))).toEqual({
    page: '',
    label: 'people here',
    lang: 'pt-BR',
    format: 'compact',
    observe: '',
  });
});

test('no label breaks out of its attribute', () => {
  const label = '"><script>alert(1)</script>&copy;\'';
  expect(snippetFor('https://visitors.example.com', { ...plain, label }).split('\n')[1]).toBe(
    '<live-visitors label="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;copy;\'">&nbsp;</live-visitors>',
  );
});

test('a label of spaces is none', () => {
  expect(attributesFor({ ...plain, label: '  ' })).toEqual([]);
  expect(attributesFor({ ...plain, label: ' here ' })).toEqual([['label', 'here']]);
});

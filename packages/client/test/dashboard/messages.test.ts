import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createFormats } from '../../src/dashboard/formats.ts';
import { en } from '../../src/dashboard/messages/en.ts';
import { chooseLanguage, languages, languageTags } from '../../src/dashboard/messages/languages.ts';

const html = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');
const all = (pattern: RegExp) => [...html.matchAll(pattern)].map(([, first = '', second = '']) => [first, second]);

describe('index.html', () => {
  test('names words that there are, and says them in English', () => {
    const texts = all(/data-word="(\w+)"[^>]*>\s*([^<]*?)\s*</g);
    const labels = all(/aria-label="([^"]+)" data-word-label="(\w+)"/g).map(([label, name]) => [name, label]);
    expect(texts.length + labels.length).toBe(all(/data-word(-\w+)?=/g).length);
    for (const [name, text] of [...texts, ...labels]) expect(en.fixed).toHaveProperty(String(name), text);
  });

  test('leaves out no word', () => {
    const named = new Set(all(/data-word(?:-\w+)?="(\w+)"/g).map(([name]) => name));
    const byScript = ['partial', 'buffered', 'silent'];
    expect([...named, ...byScript].sort()).toEqual(Object.keys(en.fixed).sort());
  });

  test('offers every language, by the name that it has for itself', () => {
    const offered = all(/<option value="([^"]+)" lang="[^"]+">([^<]+)</g);
    const spoken = languageTags.map((tag) => [tag, languages[tag].name]);
    expect(offered).toEqual([...spoken, ...spoken]);
  });
});

describe('the language', () => {
  test.each([
    [null, ['de', 'pt-PT', 'en'], { language: 'pt-BR', locale: 'pt-PT' }],
    [null, ['es-419', 'en'], { language: 'es', locale: 'es-419' }],
    [null, ['EN-gb'], { language: 'en', locale: 'EN-gb' }],
    [null, ['de', 'fr'], { language: 'en', locale: 'en' }],
    [null, [], { language: 'en', locale: 'en' }],
    ['es', ['en-US', 'es-MX'], { language: 'es', locale: 'es-MX' }],
    ['pt-BR', ['en-US'], { language: 'pt-BR', locale: 'pt-BR' }],
    ['tlh', ['es'], { language: 'es', locale: 'es' }],
    // Chromium's own, where the system has no language.
    [null, ['en-US@posix'], { language: 'en', locale: 'en' }],
  ])('is the one that was asked for, or else the reader’s own: %s, %o', (wanted, preferred, choice) => {
    expect(chooseLanguage(wanted, preferred)).toEqual(choice);
  });
});

describe.each(languageTags)('the words in %s', (tag) => {
  const { words, formats } = { words: languages[tag], formats: createFormats(tag) };

  test('say what is counted, in the singular and in the plural', () => {
    const one = words.define(formats.counted(1), formats.counted(1));
    const many = words.define(formats.counted(1700), formats.counted(2));
    expect(one).toContain(words.tabs.one);
    expect(one).toContain(`1 ${words.browsers.one}.`);
    expect(many).toContain(`${formats.count(1700)} ${words.tabs.other}`);
    expect(many).toContain(`2 ${words.browsers.other}.`);
  });

  const spans = (['minute', 'hour'] as const).flatMap((unit) => [1, 10].map((count) => ({ unit, count })));

  test('say how far back a plot reaches', () => {
    const said = spans.map((span) => words.between('2', '9', span));
    expect(new Set(said).size).toBe(4);
    for (const text of said) expect(text).toMatch(/2.*9/);
  });

  test('say how far back a number has been the same', () => {
    const said = spans.map((span) => words.always('7', span));
    expect(new Set(said).size).toBe(4);
    for (const text of said) expect(text).toContain(' 7 ');
  });

  test('say how long ago something was, and how long it will be, each in its own way', () => {
    const said = [words.ago('3 s'), words.connection.in('3 s'), words.connection.again('3 s')];
    expect(new Set(said).size).toBe(3);
    for (const text of said) expect(text).toMatch(/\p{L}{2}.* 3 s|^3 s .*\p{L}{2}/u);
  });
});

test('English says it so', () => {
  const { counted } = createFormats('en');
  expect(en.define(counted(1), counted(1))).toBe('One open tab is one visitor. This 1 tab comes from 1 browser.');
  expect(en.define(counted(1700), counted(2))).toBe(
    'One open tab is one visitor. These 1,700 tabs come from 2 browsers.',
  );
});

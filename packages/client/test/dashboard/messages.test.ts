import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createFormats } from '../../src/dashboard/formats.ts';
import { en } from '../../src/dashboard/messages/en.ts';
import { es } from '../../src/dashboard/messages/es.ts';
import { chooseLanguage, languages, languageTags } from '../../src/dashboard/messages/languages.ts';
import { ptBR } from '../../src/dashboard/messages/pt-br.ts';

const html = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');
const all = (pattern: RegExp) => [...html.matchAll(pattern)].map(([, first = '', second = '']) => [first, second]);

/** The name of a language in itself, as it begins a line. */
function ownName(tag: string): string {
  const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? '';
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

describe('index.html', () => {
  const named = all(/data-message(?:-\w+)?="(\w+)"/g).map(([name]) => name);

  test.each([['es', es] as const, ['pt-BR', ptBR] as const])(
    'names the messages that there are in %s',
    (_, { fixed }) => {
      expect([...new Set(named)].sort()).toEqual(Object.keys(fixed ?? {}).sort());
    },
  );

  test('offers every language, by its own name', () => {
    const offered = all(/<option value="([^"]+)" lang="[^"]+">([^<]+)</g);
    const names = languageTags.map((tag) => [tag, ownName(tag)]);
    expect(offered).toEqual([...names, ...names]);
  });
});

describe('the language', () => {
  test.each([
    [null, ['de', 'pt-PT', 'en'], { language: 'pt-BR', tag: 'pt-PT' }],
    [null, ['es-419', 'en'], { language: 'es', tag: 'es-419' }],
    [null, ['EN-gb'], { language: 'en', tag: 'EN-gb' }],
    [null, ['de', 'fr'], { language: 'en', tag: 'en' }],
    [null, [], { language: 'en', tag: 'en' }],
    ['es', ['en-US', 'es-MX'], { language: 'es', tag: 'es-MX' }],
    ['pt-BR', ['en-US'], { language: 'pt-BR', tag: 'pt-BR' }],
    ['tlh', ['es'], { language: 'es', tag: 'es' }],
    // Chromium reports this if the system has no language.
    [null, ['en-US@posix'], { language: 'en', tag: 'en' }],
  ])('is the one that was asked for, or else the reader’s own: %s, %o', (wanted, preferred, choice) => {
    expect(chooseLanguage(wanted, preferred)).toEqual(choice);
  });
});

describe.each(languageTags)('the messages in %s', (tag) => {
  const messages = languages[tag];
  const formats = createFormats(tag);
  const define = (tabs: number, browsers: number) =>
    messages.define(formats.counted(tabs, messages.tabs), formats.counted(browsers, messages.browsers));

  test('say what is counted, in the singular and in the plural', () => {
    const one = define(1, 1);
    const many = define(1700, 2);
    expect(one).toContain(`1 ${messages.tabs.one} `);
    expect(one).toContain(`1 ${messages.browsers.one}.`);
    expect(many).toContain(`${formats.count(1700)} ${messages.tabs.other}`);
    expect(many).toContain(`2 ${messages.browsers.other}.`);
  });

  const spans = Object.values(messages.inTheLast).flatMap(({ one, other }) => [one, other.replace('#', '10')]);

  test('say how far back the chart reaches', () => {
    for (const { other } of Object.values(messages.inTheLast)) expect(other).toContain(' # ');
    const said = spans.map((span) => messages.between('2', '9', span));
    expect(new Set(said).size).toBe(6);
    for (const text of said) expect(text).toMatch(/2.*9/);
  });

  test('say how far back a number has been the same', () => {
    const said = spans.map((span) => messages.always('7', span));
    expect(new Set(said).size).toBe(6);
    for (const text of said) expect(text).toContain(' 7 ');
  });

  test('say how long ago something was, and how long it will be, each in its own way', () => {
    const said = [messages.ago('3 s'), messages.connection.in('3 s'), messages.connection.again('3 s')];
    expect(new Set(said).size).toBe(3);
    for (const text of said) expect(text).toMatch(/\p{L}{2}.* 3 s|^3 s .*\p{L}{2}/u);
  });
});

test('English says it so', () => {
  expect(en.define('1 tab', '1 browser')).toBe('Each open tab counts as one visitor. Right now: 1 tab in 1 browser.');
});

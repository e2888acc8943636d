import { describe, expect, test } from 'vitest';
import { iconSvg, iconText } from '../../src/dashboard/tab-icon.ts';
import { textOf, titleOf } from '../../src/dashboard/tab-mark.ts';
import { shownForMs } from '../../src/timing.ts';

describe("the tab's title", () => {
  test('has the number before the name, where it is known', () => {
    expect(titleOf('7')).toBe('(7) Live Visitors');
    expect(titleOf(undefined)).toBe('Live Visitors');
  });
});

describe('the number in the tab', () => {
  test('is shown until it is too old to be taken for that of now', () => {
    expect(textOf(undefined)).toBeUndefined();
    expect(textOf({ text: '7', ageMs: 0 })).toBe('7');
    expect(textOf({ text: '7', ageMs: shownForMs - 1 })).toBe('7');
    expect(textOf({ text: '7', ageMs: shownForMs })).toBeUndefined();
  });
});

describe("the text of the tab's icon", () => {
  test.each([
    ['0', '0'],
    ['7', '7'],
    ['999', '999'],
    ['1,000', '1k'],
    ['1,999', '1k'],
    ['12.345', '12k'],
    ['123 456', '123k'],
    ['999,999', '999k'],
    ['1,234,567', '1M'],
    ['12,34,567', '1M'],
    ['9,007,199,254,740,991', '9007199G'],
    ['١٢', '١٢'],
    ['١٢٬٣٤٥', '١٢k'],
    ['', ''],
  ])('is, for %s visitors, %s', (online, text) => {
    expect(iconText(online)).toBe(text);
  });
});

describe("the tab's icon", () => {
  test('shows the number', () => {
    expect(iconSvg('42', true)).toContain('>42</text>');
  });

  test.each([
    ['7', 27],
    ['42', 24],
    ['999', 18],
    ['12,345', 18],
    ['123,456', 15],
    // Nobody has so many, and it is still a text that fits.
    ['9,007,199,254,740,991', 15],
  ])('is, for %s visitors, written in a size of %i', (online, size) => {
    expect(iconSvg(online, true)).toContain(` font-size="${size}" `);
  });

  test('has two characters and more made as wide as it is, and one left alone', () => {
    expect(iconSvg('7', true)).not.toContain('textLength');
    expect(iconSvg('42', true)).toContain(' textLength="28" ');
    expect(iconSvg('9,007,199,254,740,991', true)).toContain(' textLength="28" ');
  });

  test('is green while the number is live, and grey while it is not', () => {
    expect(iconSvg('42', true)).toContain('#0a7549');
    expect(iconSvg('42', false)).not.toContain('#0a7549');
    expect(iconSvg('42', false)).toContain('#6b7280');
  });

  test('is the brand without a number', () => {
    expect(iconSvg(undefined, true)).toContain('<circle');
    expect(iconSvg(undefined, true)).not.toContain('<text');
  });

  test('takes nothing but digits from what it is told', () => {
    expect(iconSvg('<script>&"', true)).toBe(iconSvg(undefined, true));
  });
});

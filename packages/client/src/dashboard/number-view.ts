import { create, find } from './dom.ts';

/**
 * Shows the number: digits that change slide, the others stand still. The text is always the current number; the style
 * sheet paints the digits that slide out.
 */
export function showNumber(online: number, text: string): void {
  const element = find('.online');
  const before = element.textContent;
  if (text !== before) {
    element.style.setProperty('--digits', String(text.length));
    const from = online < Number(element.dataset.value ?? 0) ? '-100%' : '100%';
    const digits = diffDigits(before, text);
    // Digits that stay are not moved: an element that is inserted starts its animation again.
    while (element.childNodes.length > digits.length) element.firstChild?.remove();
    while (element.childNodes.length < digits.length) element.prepend(create('span'));
    digits.forEach((digit, index) => {
      if (digit.leaving !== undefined) element.childNodes[index]?.replaceWith(createDigit(digit, from));
    });
    find('.online-read').textContent = text;
    // Hidden from screen readers until there is a number.
    find('.online-line').ariaHidden = null;
  }
  element.dataset.value = String(online);
}

/** One character of a number. `leaving` is the one before it in the same place, if that was another. */
export type Digit = { character: string; leaving?: string };

/** How the digits of a number change, from left to right. They are aligned to the right, whatever the lengths. */
export function diffDigits(before: string, after: string): Digit[] {
  const offset = before.length - after.length;
  return [...after].map((character, index) => {
    const was = before[index + offset] ?? '';
    return was === character ? { character } : { character, leaving: was };
  });
}

/** @param from - where a digit slides in from: below or, if negative, above */
function createDigit({ character, leaving = '' }: Digit, from: string): HTMLElement {
  const place = create('span');
  place.style.setProperty('--from', from);
  place.dataset.leaving = leaving;
  place.append(create('span', { textContent: character }));
  return place;
}

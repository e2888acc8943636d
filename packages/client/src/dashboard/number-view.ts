import { diffDigits, type Place } from './digits.ts';
import { find } from './dom.ts';

/**
 * Shows the number: the digits that change slide, the others stand still. Its text is always the number as it is; the
 * digits that slide out are painted by the style sheet.
 */
export function createNumberView() {
  const element = find('.online');
  const line = find('.online-line');
  const read = find('.online-read');
  let value: number | undefined;

  return (next: number, text: string): void => {
    const before = element.textContent;
    if (text !== before) {
      element.style.setProperty('--places', String(text.length));
      replacePlaces(element, diffDigits(before, text), next < (value ?? 0) ? 'falls' : 'rises');
      read.textContent = text;
      // Without a number, there is nothing to be read.
      line.ariaHidden = null;
    }
    element.dataset.value = String(next);
    value = next;
  };
}

/** Leaves places that stay as they are where they are: an element that is put anywhere begins its animation anew. */
function replacePlaces(element: HTMLElement, places: readonly Place[], motion: string): void {
  while (element.childNodes.length > places.length) element.firstChild?.remove();
  const added = places.length - element.childNodes.length;
  const standing = [...element.childNodes];
  const front = places.slice(0, added).map((place) => createPlace(place, motion));
  places.slice(added).forEach((place, index) => {
    if (place.leaving !== undefined) standing[index]?.replaceWith(createPlace(place, motion));
  });
  element.prepend(...front);
}

function createPlace({ character, leaving = '' }: Place, motion: string): HTMLElement {
  const place = document.createElement('span');
  place.className = motion;
  place.dataset.leaving = leaving;
  const digit = document.createElement('span');
  digit.textContent = character;
  place.append(digit);
  return place;
}

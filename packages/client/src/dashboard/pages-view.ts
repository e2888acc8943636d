import type { PageCount } from '@live-visitors/shared';
import { create, find, setText } from './dom.ts';
import { formOf } from './formats.ts';
import type { Locale } from './messages/languages.ts';

const motion = { duration: 500, easing: 'cubic-bezier(0.22, 0.8, 0.24, 1)' };

/** Shows the pages with the most visitors. */
export class PagesView {
  readonly #section = find('.pages');
  readonly #list = find('.pages ol');
  readonly #moves = matchMedia('(prefers-reduced-motion: no-preference)');
  #rows = new Map<string, Row>();
  #pages: readonly PageCount[] | undefined;

  /** @param pages - `undefined` if they could not be loaded: those from before are out of date */
  show(pages: readonly PageCount[] | undefined, locale: Locale): void {
    this.#section.classList.toggle('old', pages === undefined);
    if (pages) this.#pages = keepOrder(pages, [...this.#rows.keys()]);
    this.translate(locale);
  }

  translate(locale: Locale): void {
    const pages = this.#pages;
    if (!pages) return;
    this.#section.hidden = false;
    find('.pages p').hidden = pages.length > 0;
    this.#arrange(pages.map(({ name }) => name));
    const most = pages[0]?.online ?? 1;
    for (const { name, online } of pages) this.#rows.get(name)?.update(online, online / most, locale);
  }

  /** Brings the rows into this order. Those that move slide, new ones appear. */
  #arrange(names: readonly string[]): void {
    const before = this.#rows;
    if ([...before.keys()].join('\n') === names.join('\n')) return;
    const tops = new Map([...before].map(([name, { element }]) => [name, element.offsetTop]));
    this.#rows = new Map(names.map((name) => [name, before.get(name) ?? createRow(name)]));
    for (const [name, { element }] of before) if (!this.#rows.has(name)) element.remove();
    [...this.#rows.values()].forEach(({ element }, index) => {
      const there = this.#list.children[index] ?? null;
      if (there !== element) this.#list.insertBefore(element, there);
    });
    if (!this.#moves.matches) return;
    for (const [name, { element }] of this.#rows) {
      const distance = (tops.get(name) ?? Number.NaN) - element.offsetTop;
      if (Number.isNaN(distance)) element.animate({ opacity: [0, 1] }, motion);
      else if (distance !== 0) element.animate({ translate: [`0 ${distance}px`, '0 0'] }, motion);
    }
  }
}

/**
 * Puts the fullest pages first. Of those with equal counts, the ones that were listed keep their order, and new ones follow.
 *
 * @param before - the names that were listed, in their order
 */
export function keepOrder(pages: readonly PageCount[], before: readonly string[]): PageCount[] {
  const places = new Map(before.map((name, index) => [name, index]));
  const placeOf = ({ name }: PageCount) => places.get(name) ?? before.length;
  return [...pages].sort((one, other) => other.online - one.online || placeOf(one) - placeOf(other));
}

type Row = ReturnType<typeof createRow>;

/** A row of the list. Strangers write the names: they are text, in a direction of their own. */
function createRow(name: string) {
  const element = create('li');
  const count = create('strong');
  const noun = create('span', { className: 'visually-hidden' });
  element.append(create('bdi', { textContent: name, title: name }), ' ', count, ' ', noun);

  return {
    element,
    /** @param share - from 0 to 1: how long its bar is */
    update(online: number, share: number, { messages, formats }: Locale): void {
      setText(count, formats.count(online));
      setText(noun, formOf(messages.visitorsHere, online));
      element.style.setProperty('--share', share.toFixed(3));
    },
  };
}

import type { PageChange } from '../../presence/page-names.ts';
import type { PageReport } from './report.ts';

/** How many changes one call brings. */
export const maxChanges = 1000;

/**
 * What one node has told Redis of its pages, and what it has not told yet. As a change is the new count, not by how much it
 * changed, it may be repeated: changes stay in the reports until one was answered.
 */
export class OwnPages {
  /** What Redis has, without zeros; not a number while that is not certain. */
  readonly #stored = new Map<string, number>();
  /** Oldest change first. */
  readonly #changed = new Map<string, number>();
  /** The numbers of the last report with changes that was answered, and of the last one that was sent. */
  readonly #numbers = { answered: 0, sent: 0 };
  #isFirst = true;
  /** How many of the oldest changes Redis needs until it has all again that it had before it lost them. */
  #missing = 0;

  update(changes: readonly PageChange[]): void {
    for (const [key, tabs] of changes) {
      if ((this.#stored.get(key) ?? 0) === tabs) this.#changed.delete(key);
      else this.#changed.set(key, tabs);
    }
  }

  /** The next report; `undefined` while there are no pages. Later ones repeat its changes until it is answered. */
  next(): PageReport | undefined {
    if (this.#stored.size + this.#changed.size === 0) {
      this.#isFirst = true;
      return undefined;
    }
    const changes = [...this.#changed].slice(0, maxChanges);
    for (const [key] of changes) this.#stored.set(key, Number.NaN);
    // Changes that were undone meanwhile are no longer missing.
    const isWhole = this.#missing <= changes.length || changes.length === this.#changed.size;
    return { after: this.#numbers.answered, number: ++this.#numbers.sent, isFirst: this.#isFirst, isWhole, changes };
  }

  /** Call it when a report was answered. */
  acknowledge({ number, changes }: PageReport): void {
    for (const [key, tabs] of changes) {
      if (tabs === 0) this.#stored.delete(key);
      else this.#stored.set(key, tabs);
      if (this.#changed.get(key) === tabs) this.#changed.delete(key);
    }
    if (changes.length > 0) this.#numbers.answered = number;
    this.#missing = Math.max(0, this.#missing - changes.length);
    this.#isFirst = false;
  }

  /** Call it when Redis has lost the pages. Zeros are sent too: other nodes may still know what was there before. */
  restart(): void {
    for (const [key, tabs] of this.#stored) {
      if (!this.#changed.has(key)) this.#changed.set(key, tabs);
      this.#stored.set(key, Number.NaN);
    }
    this.#missing = this.#changed.size;
    this.#isFirst = true;
  }
}

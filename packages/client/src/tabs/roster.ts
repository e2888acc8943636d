import { tickMs } from '@live-visitors/shared';
import type { TabDocument } from './messages.ts';

/** A document that misses this many questions is removed. */
const maxUnanswered = 3;

/** The documents that one of them knows of. Every document keeps a roster, so that any of them can lead at once. */
export class Roster {
  readonly #self: TabDocument;
  #documents = new Map<string, TabDocument>();
  #askedAt = 0;

  constructor(self: TabDocument) {
    this.#self = self;
    this.#replace([]);
  }

  documents = (): TabDocument[] => [...this.#documents.values()];

  #replace(documents: readonly TabDocument[]): void {
    this.#documents = new Map([...documents, this.#self].map((document) => [document.name, document]));
  }

  /** Takes what a document says of itself. */
  hear(document: TabDocument): void {
    const { name } = document;
    const heard: TabDocument = { ...document, unanswered: 0 };
    if (this.#documents.get(name)?.visit === 'acknowledged') heard.visit = 'acknowledged';
    this.#documents.set(name, heard);
  }

  remove(name: string): void {
    this.#documents.delete(name);
  }

  /**
   * Takes over the leader's roster.
   *
   * @returns whether the leader's entry for this document is up to date
   */
  adopt(documents: readonly TabDocument[]): boolean {
    const self = this.#self;
    const entry = documents.find(({ name }) => name === self.name);
    if (entry?.visit === 'acknowledged') self.visit = 'acknowledged';
    this.#replace(documents);
    return entry !== undefined && entry.visit === self.visit && interestOf(entry) === interestOf(self);
  }

  /** Takes the names that the locks show: they decide which documents are there. */
  reconcile(names: readonly string[]): void {
    const unheard = { visit: 'unknown', observes: false, on: [], watch: [], unanswered: 0 } as const;
    this.#replace(names.map((name) => this.#documents.get(name) ?? { name, ...unheard }));
  }

  /**
   * Notes that all documents are asked to answer, and removes those that have missed too many questions.
   *
   * @returns whether to ask; not if that was less than a second ago
   */
  ask(now: number): boolean {
    if (now - this.#askedAt < tickMs) return false;
    this.#askedAt = now;
    for (const document of this.documents()) {
      if (document !== this.#self && document.unanswered++ >= maxUnanswered) this.remove(document.name);
    }
    return true;
  }

  /** Notes that the server has acknowledged these tabs. */
  acknowledge(tabIds: readonly string[]): void {
    for (const document of this.documents()) {
      if (tabIds.includes(tabIdOf(document))) document.visit = 'acknowledged';
    }
  }
}

/** What a document needs of the stream, as a text that can be compared. */
export const interestOf = ({ observes, on, watch }: TabDocument): string => JSON.stringify([observes, on, watch]);

/** The id of the tab that a document is in; it contains no slash. */
export const tabIdOf = ({ name }: TabDocument): string => name.replace(/\/.*/, '');

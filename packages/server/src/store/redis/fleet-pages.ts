import type { OtherPages, PageChange } from '../../presence/page-names.ts';
import { isUntrackedKey, untrackedKey } from '../../presence/untracked-tabs.ts';
import type { PageReport, StoredPages } from './report.ts';

/** A page, and how many tabs all peers have on it. */
type Page = { readonly name: string; online: number };

type Peer = {
  /** The number of its last report that is known. */
  number: number;
  readonly tabs: Map<Page, number>;
  /** What it reports, once a second, while its hash is being read. */
  early: PageReport[] | undefined;
};

/**
 * What one node knows of the pages of its peers: the latest count of each page of each peer, and the sums. Each peer has at
 * most `MAX_PAGES` names.
 */
export class FleetPages implements OtherPages {
  readonly #peers = new Map<string, Peer>();
  readonly #pages = new Map<string, Page>();
  readonly #untracked = new Map<string, Page>();
  /** Peers whose hashes must be read, because not all that they reported was heard. */
  readonly #unread = new Set<string>();
  #isJoined = false;

  get areKnown(): boolean {
    return this.#isJoined && this.#unread.size === 0;
  }

  online(name: string): number | null {
    if (!this.areKnown || (this.#untracked.size > 0 && this.#untracked.has(untrackedKey(name)))) return null;
    return this.#pages.get(name)?.online ?? 0;
  }

  names(): string[] {
    return [...this.#pages.keys()];
  }

  /** Takes a report of a peer. */
  hear(id: string, report: PageReport): void {
    const { after, number, isFirst, isWhole, changes } = report;
    const peer = this.#find(id);
    if (peer.early !== undefined) return void peer.early.push(report);
    if (number <= peer.number) return;
    if (isFirst && isWhole) this.#clear(id, peer);
    else if (after > peer.number) this.#unread.add(id);
    if (this.#unread.has(id)) return;
    this.#apply(peer, changes);
    peer.number = number;
  }

  /**
   * Forgets peers that are gone or have no pages, and finds out what was not heard.
   *
   * @param numbers - the number of the last report of each peer that is present; 0 without pages
   * @returns the peers whose hashes must be read
   */
  settle(numbers: ReadonlyMap<string, number>): string[] {
    this.#isJoined = true;
    for (const [id, peer] of this.#peers) {
      if (numbers.get(id)) continue;
      this.#clear(id, peer);
      this.#peers.delete(id);
    }
    for (const [id, number] of numbers) if (number > 0 && number > this.#find(id).number) this.#unread.add(id);
    return [...this.#unread];
  }

  /** Call it before the hash of a peer is read. Returns what takes the result, if there is one. */
  startReading(id: string): (stored: StoredPages | undefined) => void {
    const peer = this.#find(id);
    const early: PageReport[] = [];
    peer.early = early;
    return (stored) => {
      peer.early = undefined;
      if (this.#peers.get(id) !== peer) return;
      if (stored?.isWhole) {
        this.#clear(id, peer);
        this.#apply(peer, stored.changes);
        peer.number = stored.number;
      }
      for (const report of early) this.hear(id, report);
    };
  }

  #find(id: string): Peer {
    const known = this.#peers.get(id);
    if (known) return known;
    const peer: Peer = { number: 0, tabs: new Map(), early: undefined };
    this.#peers.set(id, peer);
    this.#unread.add(id);
    return peer;
  }

  /** From now on the peer is known to have no pages. */
  #clear(id: string, peer: Peer): void {
    const gone = [...peer.tabs.keys()].map(({ name }): PageChange => [name, 0]);
    this.#apply(peer, gone);
    this.#unread.delete(id);
  }

  #apply(peer: Peer, changes: readonly PageChange[]): void {
    for (const [key, tabs] of changes) {
      const sums = isUntrackedKey(key) ? this.#untracked : this.#pages;
      const page = sums.get(key) ?? { name: key, online: 0 };
      page.online += tabs - (peer.tabs.get(page) ?? 0);
      if (tabs > 0) peer.tabs.set(page, tabs);
      else peer.tabs.delete(page);
      if (page.online > 0) sums.set(key, page);
      else sums.delete(key);
    }
  }
}

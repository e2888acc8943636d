import type { PageCount } from '@live-visitors/shared';
import type { BrokenPageLimit, Limits } from './limits.ts';
import type { OtherPages, PageChange, PageNames } from './page-names.ts';
import { createPageViews, type Page, type PageView, toMember } from './page-views.ts';
import { untrackedKey } from './untracked-tabs.ts';

/** How many pages are listed, at most and by default. */
export const maxListedPages = 100;
const defaultListedPages = 20;

/** The page that a tab is on, or its name if it is not tracked. */
type TabPage = Page | string;

/** What `Pages` keeps with a client while its pages are counted. As there is one for each stream, it is small. */
export type PageClient = {
  readonly address: string;
  /** The page of its only tab, or of each. */
  on: TabPage | readonly TabPage[];
  /** All pages whose counts it wants: those that it is on, and those that it watches. */
  view: PageView | undefined;
};

/** Counts the open tabs of each page. Names are forgotten with their last tab and watcher. */
export class Pages {
  readonly #pages = new Map<string, Page>();
  readonly #views = createPageViews();
  /** How many tabs are on pages that are not tracked, by {@link untrackedKey}. */
  readonly #untracked = new Map<string, number>();
  /** The keys whose number of tabs has changed since the last tick. */
  readonly #changed = new Set<string>();
  readonly #limits: Limits;
  readonly #others: OtherPages;
  #fullest: PageCount[] | undefined;

  constructor(limits: Limits, others: OtherPages) {
    this.#limits = limits;
    this.#others = others;
  }

  /** How many names are tracked. */
  get size(): number {
    return this.#pages.size;
  }

  /**
   * Counts the pages of a client in. A name that breaks a limit is not tracked, and its count is unknown.
   *
   * @returns for each name that is not tracked the limit that it would break
   */
  join(client: PageClient, { on, watch }: PageNames): BrokenPageLimit[] {
    const broken = new Map<string, BrokenPageLimit>();
    const before = this.size;
    for (const name of new Set([...on, ...watch])) {
      const limit = this.#track(name, client.address);
      if (limit !== undefined) broken.set(name, limit);
    }
    const tabs = on.map((name) => this.#pages.get(name) ?? flat(name));
    const [tab] = tabs;
    client.on = tab !== undefined && tabs.length === 1 ? tab : tabs;
    const wanted = [...on, ...watch].flatMap((name) => this.#pages.get(name) ?? []);
    client.view = this.#views.take(wanted, [...broken.keys()], this.size > before);
    this.#count(client, 1);
    return [...broken.values()];
  }

  /** Counts a client out. To be called once. */
  leave(client: PageClient): void {
    if (client.view === undefined) return;
    this.#count(client, -1);
    this.#views.release(client.view);
    for (const page of client.view.pages) {
      if (page.online + page.watchers > 0) continue;
      this.#pages.delete(page.name);
      this.#limits.add(page.broughtBy, { pages: -1 });
    }
  }

  /** How many tabs are on a page now; `null` if that is not known. */
  online(name: string): number | null {
    return this.#sum(name, this.#pages.get(name)?.online ?? 0);
  }

  /** Makes the current counts those of the tick. Returns what has changed since the previous tick. */
  tick(): PageChange[] {
    const changes = [...this.#changed].map((key): PageChange => {
      const page = this.#pages.get(key);
      if (page) page.counted = page.online;
      return [key, page?.online ?? Math.min(1, this.#untracked.get(key) ?? 0)];
    });
    this.#changed.clear();
    return changes;
  }

  /** Adds what the other nodes have counted at the tick, for what is sent after it. */
  addOthers(): void {
    this.#fullest = undefined;
    for (const page of this.#pages.values()) {
      const online = this.#sum(page.name, page.counted);
      if (online !== page.sent) page.json = undefined;
      page.sent = online;
      page.json = page.online + page.watchers > 1 ? (page.json ?? flat(toMember(page.name, online))) : undefined;
    }
  }

  /** The pages with the most tabs at the last tick, the fullest first; `null` if no count is known. */
  fullest(limit = defaultListedPages): PageCount[] | null {
    if (!this.#others.areKnown) return null;
    this.#fullest ??= this.#rank();
    return this.#fullest.slice(0, limit).map((page) => ({ ...page }));
  }

  /** By how much the counts differ from the clients that have joined. */
  drift(clients: readonly PageClient[]): number {
    const tabs = Map.groupBy(clients.flatMap(tabPagesOf), (page) => page);
    const watchers = Map.groupBy(clients.flatMap(watchedBy), (page) => page);
    let drift = 0;
    for (const page of new Set([...this.#pages.values(), ...tabs.keys(), ...watchers.keys()])) {
      if (typeof page === 'string') continue;
      drift += Math.abs(page.online - (tabs.get(page)?.length ?? 0));
      drift += Math.abs(page.watchers - (watchers.get(page)?.length ?? 0));
      if (this.#pages.get(page.name) !== page || page.online + page.watchers <= 0) drift++;
    }
    return drift;
  }

  #sum(name: string, own: number): number | null {
    const others = this.#others.online(name);
    if (others === null || (this.#untracked.size > 0 && this.#untracked.has(untrackedKey(name)))) return null;
    return own + others;
  }

  #rank(): PageCount[] {
    const elsewhere = this.#others.names().filter((name) => !this.#pages.has(name));
    const pages = [...this.#pages.values(), ...elsewhere.map((name) => ({ name, sent: this.#sum(name, 0) }))];
    return pages
      .flatMap(({ name, sent }) => (sent ? [{ name, online: sent }] : []))
      .sort((one, other) => other.online - one.online)
      .slice(0, maxListedPages);
  }

  /** Tracks a page from now on, or names the limit that it would break. */
  #track(name: string, address: string): BrokenPageLimit | undefined {
    if (this.#pages.has(name)) return undefined;
    const limit = this.#limits.admitPage(address);
    if (limit !== undefined) return limit;
    this.#limits.add(address, { pages: 1 });
    const own = flat(name);
    this.#pages.set(own, {
      name: own,
      broughtBy: address,
      online: 0,
      watchers: 0,
      counted: 0,
      sent: null,
      json: undefined,
    });
    return undefined;
  }

  #count(client: PageClient, sign: 1 | -1): void {
    for (const page of tabPagesOf(client)) {
      if (typeof page === 'string') this.#countUntracked(untrackedKey(page), sign);
      else {
        page.online += sign;
        this.#changed.add(page.name);
      }
    }
    for (const page of watchedBy(client)) page.watchers += sign;
  }

  #countUntracked(key: string, sign: 1 | -1): void {
    const tabs = (this.#untracked.get(key) ?? 0) + sign;
    if (tabs > 0) this.#untracked.set(key, tabs);
    else this.#untracked.delete(key);
    this.#changed.add(key);
  }
}

function tabPagesOf({ on }: PageClient): TabPage[] {
  return [on].flat();
}

function watchedBy(client: PageClient): Page[] {
  const on = tabPagesOf(client);
  return client.view?.pages.filter((page) => !on.includes(page)) ?? [];
}

/** The names that a client's tabs are on, each once for each tab. */
export function namesOf(client: PageClient): string[] {
  return tabPagesOf(client).map((page) => (typeof page === 'string' ? page : page.name));
}

/** Copies a text. V8 may store it as a part of its URL or as two joined texts, and would keep those in memory too. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

import { createRecent, type Recent } from '../../src/dashboard/recent.ts';
import { type BrowserEnvironment, type Joined, joinBrowser } from '../../src/join-browser.ts';
import type { Locks, Meeting } from '../../src/tabs/meet.ts';
import type { TabDocument } from '../../src/tabs/messages.ts';
import { aged, type Update } from '../../src/update.ts';
import { ServerModel } from './server-model.ts';
import { type Owner, Simulation } from './simulation.ts';

/** What the documents of a browser have to share a stream with. */
export const means = ['locks', 'locks without query', 'channel', 'nothing'] as const;
export type Means = (typeof means)[number];

export type Tab = Owner & {
  /** The id of the tab. */
  id: string;
  self: TabDocument;
  joined: Joined;
  hear: (message: unknown) => void;
  updates: Update[];
  recent: Recent;
  visible: boolean;
};

type Lock = { tab: Tab; onGranted: () => void; onStolen: () => void };

/** A tab waits for the end of the document of this name. */
type Wait = { tab: Tab; name: string; onGone: () => void };

/** A copy of all that a receiver may change, as a structured clone would be, only faster. */
function copyOf(message: unknown): unknown {
  const { from, documents, ...rest } = message as { from: TabDocument; documents?: TabDocument[] };
  return { ...rest, from: { ...from }, ...(documents && { documents: documents.map((each) => ({ ...each })) }) };
}

/**
 * A browser with any number of tabs, its locks, its channel and the server at the other end, as the standards have them:
 * everything that crosses a process takes its time and arrives in order; a frozen tab runs nothing and keeps all that
 * was sent to it; what dies releases its locks and its streams.
 */
export class BrowserModel {
  readonly simulation = new Simulation();
  readonly server = new ServerModel(this.simulation);
  readonly tabs: Tab[] = [];
  readonly #means: Means;
  readonly #random: () => number;
  #holder: Lock | undefined;
  #queue: Lock[] = [];
  /** The tabs that show that they are there. */
  #present = new Map<string, Tab>();
  #waits: Wait[] = [];
  /** The browser's ids that tabs show. */
  #browserIds = new Map<Tab, string>();
  #entered = 0;
  /** How many queries of the locks fail from now on. */
  failingQueries = 0;

  constructor(means: Means = 'locks', seed = 1) {
    this.#means = means;
    let state = seed;
    this.#random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
  }

  pass = (ms: number) => this.simulation.pass(ms);

  /** The tabs that are there, frozen ones too. */
  get present(): Tab[] {
    return this.tabs.filter(({ state }) => state === 'running' || state === 'frozen');
  }

  get leader(): Tab | undefined {
    return this.#holder?.tab;
  }

  /** @param tabId - given where the document is a frame of a tab */
  open(visible: boolean, options: Partial<TabDocument & { tabId: string }> = {}): Tab {
    const { observes = false, on = [], watch = [], tabId = `tab-of-document-${this.tabs.length}` } = options;
    const self: TabDocument = { name: '', visit: 'new', observes, on, watch, unanswered: 0 };
    // `#enter` gives it what is missing.
    const tab = {
      id: tabId,
      self,
      updates: [],
      recent: createRecent(60, () => this.simulation.now),
      visible,
    } as unknown as Tab;
    this.tabs.push(tab);
    this.#enter(tab);
    return tab;
  }

  /** Closes the tab as a person does: the page hears of it. */
  close(tab: Tab): void {
    tab.joined.leave();
    this.#drop(tab, 'gone');
  }

  /** Ends the tab's process. The browser releases its locks, and its place in the queue. */
  crash(tab: Tab): void {
    this.#drop(tab, 'gone');
  }

  /** Goes to other pages by itself, as a single-page application does. */
  go(tab: Tab, on: readonly string[], watch: readonly string[] = []): void {
    Object.assign(tab.self, { on, watch });
    tab.joined.announce();
  }

  /** Loads the page anew: it leaves, and a new document comes. */
  reload(tab: Tab): Tab {
    this.close(tab);
    return this.open(tab.visible, { on: tab.self.on, watch: tab.self.watch });
  }

  killServer(): void {
    // Without locks, a tab that was frozen for less than its sleep is noticed may lead with what it knew before.
    const isSure = this.#means !== 'channel' || this.present.every(({ state }) => state === 'running');
    const known = this.tabs.filter(({ self }) => isSure && self.visit === 'acknowledged');
    this.server.kill(new Set(known.map(({ id }) => id)));
  }

  freeze(tab: Tab): void {
    tab.state = 'frozen';
  }

  thaw(tab: Tab): void {
    tab.state = 'running';
    // Its timer is long overdue, and may run before anything that has waited.
    tab.joined.announce();
    this.simulation.release(tab);
  }

  /** Leaves the page for another one; the page stays in the back/forward cache. */
  goAway(tab: Tab): void {
    tab.joined.leave();
    this.#drop(tab, 'away');
  }

  comeBack(tab: Tab): void {
    this.#enter(tab);
  }

  #enter(tab: Tab): void {
    // What is still to come for the document as it was does not run in it as it is.
    const owner = tab;
    owner.state = 'running';
    owner.self.name = `${tab.id}/${this.#entered++}`;
    let latest: Update = { connection: { state: 'connecting' } };
    let toldAt = this.simulation.now;
    const environment = this.#environmentOf(tab);
    tab.joined = joinBrowser(environment, {
      server: 'http://localhost',
      self: tab.self,
      recent: tab.recent,
      current: () => aged(latest, this.simulation.now - toldAt),
      onUpdate: (update) => {
        latest = update;
        toldAt = this.simulation.now;
        tab.recent.learn(update);
        tab.updates.push(update);
        if (tab.updates.length > 200) tab.updates.splice(0, 100);
      },
    });
  }

  #environmentOf(tab: Tab): BrowserEnvironment {
    const { simulation, server } = this;
    return {
      openStream: (url, onEvent) => server.connect(url, tab, onEvent),
      lookUp: (url) =>
        new Promise((resolve) => {
          const pages = server.pages(new URL(url).searchParams.getAll('page'));
          simulation.after(5, tab, () => resolve(server.isUp ? { snapshot: server.snapshot(), pages } : undefined));
        }),
      now: () => simulation.now,
      schedule: (callback, delayMs) => simulation.after(delayMs, tab, callback),
      isOnline: () => true,
      isVisible: () => tab.visible,
      random: this.#random,
      meet: (_channelName, _documentName, hear) => this.#meet(tab, hear),
      onWake: (callback) => {
        let isOver = false;
        const next = () =>
          simulation.after(1000, tab, () => {
            if (isOver) return;
            callback();
            next();
          });
        next();
        return () => {
          isOver = true;
        };
      },
    };
  }

  async #meet(tab: Tab, hear: (message: unknown) => void): Promise<Meeting> {
    tab.hear = hear;
    if (this.#means === 'nothing') return { close() {} };
    const { name } = tab.self;
    const locks = this.#means === 'channel' ? undefined : this.#locksOf(tab, this.#present.size === 0);
    await new Promise<void>((resolve) => this.simulation.after(1, tab, resolve));
    if (tab.state === 'running') this.#present.set(name, tab);
    return {
      ...(locks && { locks }),
      post: (message) => {
        const copy = copyOf(message);
        for (const other of this.present) {
          if (other !== tab) this.simulation.after(1, other, () => other.hear(copyOf(copy)));
        }
      },
      close: () => this.#forget(tab, name),
    };
  }

  #locksOf(tab: Tab, wasAlone: boolean): Locks {
    return {
      request: (steal, onGranted, onStolen) => {
        const lock = { tab, onGranted, onStolen };
        if (steal && this.#holder) {
          const robbed = this.#holder;
          // In a tab that wakes up, the word of it may come behind all else that has waited.
          this.simulation.after(1, robbed.tab, () => this.simulation.after(20, robbed.tab, robbed.onStolen));
          this.#holder = undefined;
        }
        if (steal) this.#queue.unshift(lock);
        else this.#queue.push(lock);
        this.#grantNext();
        return () => this.#release(lock);
      },
      whenGone: (name, onGone) => {
        this.#waits.push({ tab, name, onGone });
        this.#endWaits();
      },
      showBrowserId: (browserId) =>
        new Promise((resolve) => {
          this.#browserIds.set(tab, browserId);
          this.simulation.after(1, tab, resolve);
        }),
      query: () =>
        new Promise((resolve) => {
          const fails = wasAlone || this.#means === 'locks without query' || this.failingQueries-- > 0;
          this.simulation.after(1, undefined, () => {
            const names = [...this.#present.keys()];
            const census = { names, browserId: [...this.#browserIds.values()][0] };
            this.simulation.after(1, tab, () => resolve(fails ? undefined : census));
          });
        }),
    };
  }

  #grantNext(): void {
    if (this.#holder) return;
    const next = this.#queue.shift();
    if (!next) return;
    this.#holder = next;
    this.simulation.after(1, next.tab, () => {
      if (this.#holder === next) next.onGranted();
    });
  }

  #release(lock: Lock): void {
    this.#queue = this.#queue.filter((waiting) => waiting !== lock);
    if (this.#holder === lock) this.#holder = undefined;
    this.#grantNext();
  }

  #forget(tab: Tab, name: string): void {
    this.#present.delete(name);
    this.#browserIds.delete(tab);
    this.#waits = this.#waits.filter((wait) => wait.tab !== tab);
    this.#endWaits();
  }

  #endWaits(): void {
    const ended = this.#waits.filter(({ name }) => !this.#present.has(name));
    this.#waits = this.#waits.filter((wait) => !ended.includes(wait));
    for (const { tab, onGone } of ended) this.simulation.after(1, tab, onGone);
  }

  #drop(tab: Tab, state: 'gone' | 'away'): void {
    tab.state = state;
    this.#forget(tab, tab.self.name);
    this.server.dropStreamsOf(tab);
    for (const lock of [this.#holder, ...this.#queue]) if (lock?.tab === tab) this.#release(lock);
  }
}

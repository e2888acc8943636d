import { type BrowserEnvironment, type Joined, joinBrowser } from './join-browser.ts';
import type { Recent } from './stream/recent.ts';
import type { TabDocument } from './tabs/messages.ts';
import { randomId } from './tabs/random-id.ts';
import { aged, type OnUpdate, type Update, withTotals } from './update.ts';

/** How long a listener may be away: an element that is moved, or kept while pages change, is back by then. */
const returnWithinMs = 500;

export type DocumentEnvironment = BrowserEnvironment & {
  /** Joins while the page is active, and leaves when it is hidden (`pagehide`). Returns how to stop. */
  whilePageIsOpen: (join: () => () => void) => () => void;
};

type Listener = { observe: boolean; onUpdate: OnUpdate };

/**
 * All listeners of one document to the same server: together they are one document of the browser's group, which is
 * counted unless all of them observe.
 */
export class DocumentSubscription {
  readonly #environment: DocumentEnvironment;
  readonly #server: string;
  readonly #recent: Recent | undefined;
  readonly #self: TabDocument;
  readonly #listeners = new Set<Listener>();
  #latest: Update = { connection: { state: 'connecting' } };
  #updatedAt: number;
  #joined: Joined | undefined;
  #stop: (() => void) | undefined;

  /**
   * @param server - the server's URL, without a slash at the end
   * @param tabId - the random id of the tab that the document is in
   * @param recent - kept up to date, if it is given
   */
  constructor(environment: DocumentEnvironment, server: string, tabId: string, recent?: Recent) {
    this.#environment = environment;
    this.#server = server;
    this.#recent = recent;
    this.#self = { name: `${tabId}/${randomId()}`, visit: 'new', observes: true, unanswered: 0 };
    this.#updatedAt = environment.now();
  }

  /** Listens from now on. Returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#stop) this.#tell(listener, this.#current());
    this.#settle();
    return () => {
      if (this.#listeners.delete(listener)) this.#environment.schedule(() => this.#settle(), returnWithinMs);
    };
  }

  /** The latest update, as old as it is now. */
  #current = () => aged(this.#latest, this.#environment.now() - this.#updatedAt);

  #spread({ connection, last, past }: Update): void {
    const before = this.#latest.last?.snapshot;
    this.#latest = { connection, last: last && { ...last, snapshot: withTotals(last.snapshot, before) }, past };
    this.#updatedAt = this.#environment.now();
    this.#recent?.learn(this.#latest);
    for (const listener of this.#listeners) this.#tell(listener, this.#latest);
  }

  /** A listener that throws neither stops the others from hearing, nor the tab from being counted. */
  #tell({ onUpdate }: Listener, update: Update): void {
    try {
      onUpdate(update);
    } catch (error) {
      this.#environment.schedule(() => {
        throw error;
      }, 0);
    }
  }

  #enter = () => {
    // A page that comes back from the back/forward cache shows what it showed, and must not look live.
    this.#spread({ ...this.#current(), connection: { state: 'connecting' } });
    let isOpen = true;
    const joined = joinBrowser(this.#environment, {
      server: this.#server,
      self: this.#self,
      recent: this.#recent,
      current: this.#current,
      onUpdate: (update) => isOpen && this.#spread(update),
    });
    this.#joined = joined;
    return () => {
      isOpen = false;
      this.#joined = undefined;
      joined.leave();
    };
  };

  /** Joins or leaves the group, or makes known whether the document observes. */
  #settle(): void {
    const self = this.#self;
    const observed = self.observes;
    self.observes = [...this.#listeners].every(({ observe }) => observe);
    if (this.#listeners.size === 0) {
      this.#stop?.();
      this.#stop = undefined;
    } else if (this.#stop === undefined) {
      this.#stop = this.#environment.whilePageIsOpen(this.#enter);
    } else if (self.observes !== observed) {
      this.#joined?.poll();
    }
  }
}

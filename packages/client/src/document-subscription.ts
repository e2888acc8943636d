import { type BrowserEnvironment, type Joined, joinBrowser } from './join-browser.ts';
import type { Recent } from './stream/recent.ts';
import { randomId } from './tabs/identity.ts';
import type { Member } from './tabs/messages.ts';
import { aged, type OnUpdate, type Update, withTotals } from './update.ts';

/** How long a listener may be away: an element that is moved, or kept while pages change, is back by then. */
const returnWithinMs = 500;

export type DocumentEnvironment = BrowserEnvironment & {
  /** Joins while the page is open, and leaves while it is put away. Returns how to stop. */
  whilePageIsOpen: (join: () => () => void) => () => void;
};

type Listener = { observe: boolean; onUpdate: OnUpdate };

/**
 * All in one document who listen to the same server: they are one member of the browser's group, which is counted if one
 * of them wants it to be.
 *
 * @param server - the server's URL, without a slash at the end
 * @param tab - the random id of the tab that the document is in
 * @param recent - kept up to date, where it is given
 */
export function createDocumentSubscription(
  environment: DocumentEnvironment,
  server: string,
  tab: string,
  recent?: Recent,
) {
  const { now, schedule, whilePageIsOpen } = environment;
  const self: Member = { name: `${tab}/${randomId()}`, acknowledged: false, observes: true, unanswered: 0 };
  const listeners = new Set<Listener>();
  let latest: Update = { connection: { state: 'connecting' } };
  let toldAt = now();
  let joined: Joined | undefined;
  let stop: (() => void) | undefined;

  /** What was told last, as old as it is now. */
  const current = () => aged(latest, now() - toldAt);

  function spread({ connection, last, past }: Update): void {
    const before = latest.last?.snapshot;
    latest = { connection, last: last && { ...last, snapshot: withTotals(last.snapshot, before) }, past };
    toldAt = now();
    recent?.learn(latest);
    for (const listener of listeners) tell(listener, latest);
  }

  /** What a listener throws keeps neither others from hearing, nor the tab from being counted. */
  function tell({ onUpdate }: Listener, update: Update): void {
    try {
      onUpdate(update);
    } catch (error) {
      schedule(() => {
        throw error;
      }, 0);
    }
  }

  function enter(): () => void {
    // A page that comes back from the back/forward cache shows what it showed, and must not look live.
    spread({ ...current(), connection: { state: 'connecting' } });
    let isOpen = true;
    joined = joinBrowser(environment, {
      server,
      self,
      recent,
      current,
      onUpdate: (update) => isOpen && spread(update),
    });
    const { leave } = joined;
    return () => {
      isOpen = false;
      joined = undefined;
      leave();
    };
  }

  function settle(): void {
    const isObserved = self.observes;
    self.observes = ![...listeners].some(({ observe }) => !observe);
    if (listeners.size === 0) {
      stop?.();
      stop = undefined;
    } else if (stop === undefined) {
      stop = whilePageIsOpen(enter);
    } else if (self.observes !== isObserved) {
      joined?.check();
    }
  }

  return {
    /** Listens from now on. Returns how to stop. */
    listen(listener: Listener): () => void {
      listeners.add(listener);
      if (stop) tell(listener, current());
      settle();
      return () => {
        if (listeners.delete(listener)) schedule(settle, returnWithinMs);
      };
    },
  };
}

export type DocumentSubscription = ReturnType<typeof createDocumentSubscription>;

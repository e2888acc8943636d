import { type BrowserEnvironment, type Joined, joinBrowser } from './join-browser.ts';
import type { TabDocument } from './tabs/messages.ts';
import { randomId } from './tabs/random-id.ts';
import { aged, type OnUpdate, type Recent, type Update, withTotals } from './update.ts';

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
 *
 * @param server - the server's URL, without a slash at the end
 * @param tabId - the random id of the tab that the document is in
 * @param recent - kept up to date, if it is given
 */
export function createDocumentSubscription(
  environment: DocumentEnvironment,
  server: string,
  tabId: string,
  recent?: Recent,
) {
  const { now, schedule, whilePageIsOpen } = environment;
  const self: TabDocument = { name: `${tabId}/${randomId()}`, visit: 'new', observes: true, unanswered: 0 };
  const listeners = new Set<Listener>();
  let latest: Update = { connection: { state: 'connecting' } };
  let updatedAt = now();
  let joined: Joined | undefined;
  let stop: (() => void) | undefined;

  const current = () => aged(latest, now() - updatedAt);

  function spread({ connection, last, past }: Update): void {
    const before = latest.last?.snapshot;
    latest = { connection, last: last && { ...last, snapshot: withTotals(last.snapshot, before) }, past };
    updatedAt = now();
    recent?.learn(latest);
    for (const listener of listeners) tell(environment, listener, latest);
  }

  function enter(): () => void {
    // A page that comes back from the back/forward cache shows what it showed, and must not look live.
    spread({ ...current(), connection: { state: 'connecting' } });
    let isOpen = true;
    const onUpdate = (update: Update) => isOpen && spread(update);
    joined = joinBrowser(environment, { server, self, recent, current, onUpdate });
    const { leave } = joined;
    return () => {
      isOpen = false;
      joined = undefined;
      leave();
    };
  }

  /** Joins or leaves, or makes known that the document observes or does not any more. */
  function settle(): void {
    const observed = self.observes;
    self.observes = [...listeners].every(({ observe }) => observe);
    if (listeners.size === 0) {
      stop?.();
      stop = undefined;
    } else if (stop === undefined) {
      stop = whilePageIsOpen(enter);
    } else if (self.observes !== observed) {
      joined?.poll();
    }
  }

  return {
    /** Listens from now on. Returns how to stop. */
    listen(listener: Listener): () => void {
      listeners.add(listener);
      if (stop) tell(environment, listener, current());
      settle();
      return () => {
        if (listeners.delete(listener)) schedule(settle, returnWithinMs);
      };
    },
  };
}

export type DocumentSubscription = ReturnType<typeof createDocumentSubscription>;

/** A listener that throws neither stops the others from hearing, nor the tab from being counted. */
function tell({ schedule }: DocumentEnvironment, { onUpdate }: Listener, update: Update): void {
  try {
    onUpdate(update);
  } catch (error) {
    schedule(() => {
      throw error;
    }, 0);
  }
}

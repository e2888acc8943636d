import { isPageName, maxPages } from '@live-visitors/shared';
import type { Recent } from './dashboard/recent.ts';
import type * as pageNames from './document-page.ts';
import { type BrowserEnvironment, type Joined, joinBrowser } from './join-browser.ts';
import type { TabDocument } from './tabs/messages.ts';
import type * as lifecycle from './tabs/page-lifecycle.ts';
import { randomId } from './tabs/random-id.ts';
import { interestOf } from './tabs/roster.ts';
import { aged, type Pages, type Update, withTotals } from './update.ts';

/** How long a listener may be gone. An element that is moved, or kept across a page transition, is back sooner. */
const returnWithinMs = 500;

export type DocumentEnvironment = BrowserEnvironment & typeof pageNames & Pick<typeof lifecycle, 'whilePageIsOpen'>;

type Listener = {
  observe: boolean;
  /** The names of pages that the tab is on; `true` for the document's own. */
  page?: readonly (string | true)[];
  /** The names of pages whose counts it wants besides. */
  watch?: readonly string[];
  /** Called with each update, and with the counts of the listener's pages. */
  onUpdate: (update: Update, pages: Pages) => void;
};

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
  const { now, schedule, whilePageIsOpen, documentPage, onNavigation } = environment;
  // The name is set when the document joins.
  const self: TabDocument = { name: '', visit: 'new', observes: true, on: [], watch: [], unanswered: 0 };
  const listeners = new Set<Listener>();
  let ownPage = documentPage();
  let latest: Update = { connection: { state: 'connecting' } };
  let updatedAt = now();
  let joined: Joined | undefined;
  let stop: (() => void) | undefined;

  const current = () => aged(latest, now() - updatedAt);
  const pageOf = ({ page = [] }: Listener) => page.map((each) => (each === true ? ownPage : each));

  function publish({ connection, last, past }: Update): void {
    const before = latest.last?.snapshot;
    latest = { connection, last: last && { ...last, snapshot: withTotals(last.snapshot, before) }, past };
    updatedAt = now();
    recent?.learn(latest);
    const pageBefore = ownPage;
    ownPage = documentPage();
    // Not at each update: what a listener needs that is being moved is missing for a moment only.
    if (ownPage !== pageBefore) announceChanges();
    for (const listener of listeners) tell(listener, latest);
  }

  /** A listener that throws neither stops the others from hearing, nor the tab from being counted. */
  function tell(listener: Listener, update: Update): void {
    const counts = new Map(Object.entries(update.last?.pages ?? {}));
    const names = [...pageOf(listener), ...(listener.watch ?? [])];
    try {
      listener.onUpdate(update, new Map(names.map((each) => [each, counts.get(each) ?? null])));
    } catch (error) {
      schedule(() => {
        throw error;
      }, 0);
    }
  }

  function enter(): () => void {
    // A page that comes back from the back/forward cache shows what it showed, and must not look live.
    publish({ ...current(), connection: { state: 'connecting' } });
    // A new name each time: other documents may still wait for the end of the previous one.
    self.name = `${tabId}/${randomId()}`;
    joined = joinBrowser(environment, { server, self, recent, current, onUpdate: publish });
    const { leave } = joined;
    const stopListening = onNavigation(() => documentPage() !== ownPage && publish(current()));
    return () => {
      leave();
      joined = undefined;
      stopListening();
    };
  }

  /** Tells the other tabs what the listeners need, if that has changed. If there are none, they may be back in a moment. */
  function announceChanges(): void {
    if (listeners.size === 0) return;
    const before = interestOf(self);
    const all = [...listeners];
    self.observes = all.every(({ observe }) => observe);
    self.on = namesFor(all.flatMap((each) => (each.observe ? [] : pageOf(each))));
    self.watch = namesFor(all.flatMap((each) => [...(each.observe ? pageOf(each) : []), ...(each.watch ?? [])]));
    if (interestOf(self) !== before) joined?.announce();
  }

  function join(): void {
    announceChanges();
    if (listeners.size > 0) stop ??= whilePageIsOpen(enter);
  }

  function leaveIfUnused(): void {
    announceChanges();
    if (listeners.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    /** Listens from now on. Returns how to stop. */
    listen(listener: Listener): () => void {
      listeners.add(listener);
      tell(listener, stop ? current() : { ...current(), connection: { state: 'connecting' } });
      // All listeners that are added within one task are announced together.
      queueMicrotask(join);
      return () => {
        if (listeners.delete(listener)) schedule(leaveIfUnused, returnWithinMs);
      };
    },
  };
}

/** The valid names, each once, and at most as many as a request may have. */
const namesFor = (names: string[]) => [...new Set(names)].filter(isPageName).slice(0, maxPages);

export type DocumentSubscription = ReturnType<typeof createDocumentSubscription>;

import { tickMs } from '@live-visitors/shared';
import type { StreamEnvironment } from '../stream/environment.ts';
import type { Recent } from '../stream/recent.ts';
import { listenForSilence, wakingMs } from '../stream/silence.ts';
import { type Subscription, staleAfterMs, subscribe } from '../stream/subscription.ts';
import type { OnUpdate, Update } from '../update.ts';
import type { PageIdentity } from './identity.ts';
import { maxNewcomers, maxReported, remember } from './remember.ts';
import { createReports } from './roster.ts';

/** A visible follower that has heard nothing for so long takes the lead: the leader may be frozen, with its lock. */
const stealAfterMs = 4 * tickMs;

/** How long after a hello or a bye the leader counts once more: by then a closing tab has let go of its lock. */
const recountAfterMs = 150;

/** What the tabs of one browser say to each other. */
export type Message =
  /** From a newcomer; and from a tab that has not been reported as a visit, until it is. */
  | { type: 'hello'; from: string; counted: boolean }
  | { type: 'bye' }
  /** From who leads since `since`, with all that the next leader needs. */
  | {
      type: 'update';
      update: Update;
      since: number;
      browser: string;
      /** Tabs that were reported as visits. */
      reported: readonly string[];
      /** Tabs on a request that the server has not answered yet. */
      arriving: readonly string[];
    };

/** The world outside, handed in. */
export type ElectionEnvironment = StreamEnvironment & {
  /**
   * Requests the one lock that the leader holds.
   *
   * @param steal - takes it from whoever has it, at once
   * @returns how to let go of the lock, or of the place in the queue for it
   */
  requestLock: (steal: boolean, handlers: { granted: () => void; stolen: () => void }) => () => void;
  /** The id of the tab that holds the lock, and the ids of all that hold it or wait for it. */
  queryLock: () => Promise<{ holder: string | undefined; tabs: readonly string[] }>;
  /** Says something to all other tabs. */
  post: (message: Message) => void;
  isVisible: () => boolean;
  /** The time in milliseconds since 1970, which is the same in all tabs. */
  time: () => number;
};

export type ElectionOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** The id by which the lock's queue knows this tab. */
  id: string;
  page: PageIdentity;
  /** Whether the tabs are shown the count without being in it. */
  observe: boolean;
  recent?: Recent | undefined;
  onUpdate: OnUpdate;
};

type Role =
  | { name: 'follower'; letGo: () => void }
  /** `subscription` is there as soon as the tabs have been counted. */
  | { name: 'leader'; letGo: () => void; subscription?: Subscription }
  | { name: 'left' };

export type Election = {
  /** Takes a message from another tab. */
  hear: (message: Message) => void;
  /** Looks after leader and stream. To be called each second, and whenever the page wakes up. */
  check: () => void;
  leave: () => void;
};

/**
 * One tab among those of its browser. All of them request one lock; who holds it leads: it has the only stream, tells
 * the others all update, and says to the server how many tabs hold the lock or wait for it. That number is exact
 * whatever happens to a tab, as the browser itself takes a tab that is gone off the queue.
 */
export function joinTabs(
  environment: ElectionEnvironment,
  { server, id, page, observe, recent, onUpdate }: ElectionOptions,
): Election {
  const { requestLock, queryLock, post, isVisible, time, now, schedule } = environment;
  let { browser } = page;
  /** When the last leader that was heard took the lead; one of old that wakes up is not listened to. */
  let since = 0;
  let last: Update = { connection: { state: 'connecting' } };
  /** Tabs that say they are new. */
  const newcomers = new Set<string>();
  const reports = createReports();
  const silence = listenForSilence(now);
  let recountPending = false;
  let helloAt = 0;
  let role = follow(false);
  sayHello();

  function follow(steal: boolean): Role {
    silence.heard();
    return { name: 'follower', letGo: requestLock(steal, { granted: lead, stolen: stepDown }) };
  }

  function sayHello(): void {
    helloAt = now();
    post({ type: 'hello', from: id, counted: page.counted });
  }

  function lead(): void {
    if (role.name !== 'follower') return;
    role = { name: 'leader', letGo: role.letGo };
    since = time();
    settleArriving();
    if (!page.counted) remember([id], newcomers, maxNewcomers);
    void recount();
  }

  /** Another tab has taken the lead while this one was frozen. */
  function stepDown(): void {
    if (role.name === 'left') return;
    if (role.name === 'leader') role.subscription?.leave();
    markCounted();
    role.letGo();
    role = follow(false);
  }

  function steal(): void {
    if (role.name !== 'follower') return;
    // Its place in the queue would count this tab a second time.
    role.letGo();
    role = follow(true);
  }

  async function recount(): Promise<void> {
    const leading = role;
    if (leading.name !== 'leader') return;
    const { holder, tabs } = await queryLock();
    // Not the holder: the lock was stolen while this tab was frozen, and word of it is on its way.
    if (role !== leading || holder !== id) return;
    const counted = observe ? [] : tabs;
    const present = { total: counted.length, newcomers: counted.filter((tab) => newcomers.has(tab)) };
    if (leading.subscription) leading.subscription.setTabs(present);
    else
      leading.subscription = subscribe(
        { ...environment, schedule: (callback, delayMs) => schedule(() => whenAwake(callback), delayMs) },
        { server, browser, tabs: present, reports, recent, onUpdate: spread },
      );
  }

  /** Does what a leader does only once it is sure to lead: while it slept, another tab may have taken the lead. */
  function whenAwake(act: () => void): void {
    const wakefulness = silence.check();
    // Word of it is on its way.
    if (wakefulness === 'woke up') schedule(act, wakingMs);
    else if (wakefulness === 'awake') act();
  }

  function spread(update: Update): void {
    last = update;
    markCounted();
    tell(update);
    onUpdate(update);
    void recount();
  }

  function tell(update: Update): void {
    post({ type: 'update', update, since, browser, reported: [...reports.reported], arriving: [...reports.arriving] });
  }

  function markCounted(): void {
    remember([], reports.reported, maxReported);
    if (reports.reported.has(id)) page.counted = true;
  }

  /** Who was on a leader's request when it was last heard may have been counted: better a visit lost than one counted twice. */
  function settleArriving(): void {
    for (const tab of reports.arriving) reports.reported.add(tab);
    reports.arriving.clear();
    markCounted();
  }

  function recountNowAndSoon(): void {
    void recount();
    if (recountPending) return;
    recountPending = true;
    schedule(() => {
      recountPending = false;
      void recount();
    }, recountAfterMs);
  }

  function learn(message: Extract<Message, { type: 'update' }>): void {
    remember(message.reported, reports.reported, maxReported);
    // Last words of a leader of old, which no later ones of its own will take back.
    if (message.since < since) remember(message.arriving, reports.reported, maxReported);
    if (role.name !== 'follower') return;
    if (message.since < since && silence.silenceMs() < staleAfterMs) return;
    silence.heard();
    // A new leader may not know what the last one did.
    if (message.since !== since) settleArriving();
    ({ since, browser, update: last } = message);
    reports.arriving.clear();
    for (const tab of message.arriving) reports.arriving.add(tab);
    markCounted();
    if (!page.counted && !reports.arriving.has(id) && last.connection.state === 'live') helloAgain();
    onUpdate(last);
  }

  /** The leader does not know this tab as a newcomer: it may have come after the hello. */
  function helloAgain(): void {
    if (now() - helloAt < tickMs) return;
    helloAt = now();
    // After a sleep, the update that this tab has been reported may be waiting behind older update.
    schedule(() => {
      if (role.name === 'follower' && !page.counted) sayHello();
    }, recountAfterMs);
  }

  return {
    hear(message) {
      switch (message.type) {
        case 'hello':
          if (!message.counted) {
            // It says it again, as it waits to be reported, and knows how things stand.
            if (newcomers.has(message.from)) break;
            remember([message.from], newcomers, maxNewcomers);
          }
          // The newcomer learns at once how things stand.
          if (role.name === 'leader' && role.subscription)
            tell({ ...role.subscription.update(), past: recent?.read() });
          recountNowAndSoon();
          break;
        case 'bye':
          recountNowAndSoon();
          break;
        case 'update':
          learn(message);
          break;
        default:
          message satisfies never;
      }
    },

    check() {
      switch (role.name) {
        case 'leader': {
          const { subscription } = role;
          whenAwake(() => subscription?.check());
          // Without ticks, this is how the others know that they are led.
          if (subscription && subscription.update().connection.state !== 'live') tell(subscription.update());
          break;
        }
        case 'follower':
          silence.check();
          if (silence.silenceMs() >= staleAfterMs && last.connection.state === 'live') {
            last = { ...last, connection: { state: 'stale' } };
            onUpdate(last);
          }
          if (silence.silenceMs() >= stealAfterMs && isVisible()) steal();
          break;
        case 'left':
          break;
        default:
          role satisfies never;
      }
    },

    leave() {
      if (role.name === 'left') return;
      const { letGo } = role;
      if (role.name === 'leader') role.subscription?.leave();
      // The leader may just have reported this tab: should it come back, better a visit lost than one counted twice.
      else if (now() - helloAt < tickMs) page.counted = true;
      settleArriving();
      role = { name: 'left' };
      letGo();
      post({ type: 'bye' });
    },
  };
}

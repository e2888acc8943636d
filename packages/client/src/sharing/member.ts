import { tickMs } from '@live-visitors/shared';
import type { News, OnNews } from '../stream/news.ts';
import { type StreamEnvironment, type Subscription, staleAfterMs, subscribe } from '../stream/subscription.ts';

/** A visible follower that has heard nothing for so long takes the lead: the leader may be frozen, with its lock. */
const stealAfterMs = 4 * tickMs;

/** How long the leader waits after a hello or a bye before it counts: a closing tab's lock is let go meanwhile. */
const recountAfterMs = 150;

/** A check that comes so late says that this tab itself was asleep, and may have news waiting. */
const asleepAfterMs = 2.5 * tickMs;

/** What the tabs of one browser say to each other. */
export type Message =
  /** From a newcomer, with the tabs that it knows to be counted: itself, if it comes out of the back/forward cache. */
  | { type: 'hello'; counted: readonly string[] }
  | { type: 'bye' }
  /** From the leader, with all that the next leader needs. */
  | { type: 'news'; news: News; term: number; browser: string; counted: readonly string[] };

/** The world outside, handed in. */
export type MemberEnvironment = StreamEnvironment & {
  /**
   * Requests the one lock that the leader holds.
   *
   * @param steal - takes it from whoever has it, at once
   * @returns how to let go of the lock, or of the place in the queue for it
   */
  requestLock: (steal: boolean, handlers: { granted: () => void; stolen: () => void }) => () => void;
  /** The ids of all tabs that hold the lock or wait for it. */
  queryTabs: () => Promise<readonly string[]>;
  /** Says something to all other tabs. */
  post: (message: Message) => void;
  isVisible: () => boolean;
};

export type MemberOptions = {
  /** The origin of the server; empty for the page's own. */
  server: string;
  /** The browser's id, should this tab be the first. */
  browser: string;
  /** The tabs that were reported to the server as arrivals. Kept up to date, and handed in again on a return. */
  counted: Set<string>;
  onNews: OnNews;
};

type Role =
  | { name: 'follower'; letGo: () => void; heardAt: number }
  /** `subscription` is there as soon as the tabs have been counted. */
  | { name: 'leader'; letGo: () => void; subscription: Subscription | undefined }
  | { name: 'left' };

export type Member = {
  /** Takes a message from another tab. */
  hear: (message: Message) => void;
  /** Looks after leader and stream. To be called each second, and whenever the page wakes up. */
  check: () => void;
  leave: () => void;
};

/**
 * One tab among those of its browser. All of them request one lock; who holds it leads: it has the only stream, tells
 * the others all news, and says to the server how many tabs hold the lock or wait for it. That number is exact
 * whatever happens to a tab, as the browser itself takes a tab that is gone off the queue.
 */
export function joinTabs(environment: MemberEnvironment, options: MemberOptions): Member {
  const { requestLock, queryTabs, post, isVisible, now, schedule } = environment;
  const { counted } = options;
  let { browser } = options;
  /** Grows with each leader, so that a leader of old, woken up, is not listened to. */
  let term = 0;
  let last: News = { connection: { state: 'connecting' } };
  let recountPending = false;
  let checkedAt = now();
  let role: Role = follow();
  post({ type: 'hello', counted: [...counted] });

  function follow(steal = false): Role {
    return { name: 'follower', letGo: requestLock(steal, { granted: lead, stolen: stepDown }), heardAt: now() };
  }

  function lead(): void {
    if (role.name !== 'follower') return;
    role = { name: 'leader', letGo: role.letGo, subscription: undefined };
    term++;
    void recount();
  }

  /** Another tab has taken the lead while this one was frozen. */
  function stepDown(): void {
    if (role.name === 'left') return;
    if (role.name === 'leader') role.subscription?.leave();
    role.letGo();
    role = follow();
  }

  function steal(): void {
    if (role.name !== 'follower') return;
    // Its place in the queue would count this tab a second time.
    role.letGo();
    role = follow(true);
  }

  async function recount(): Promise<void> {
    const leading = role;
    const tabs = await queryTabs();
    if (role !== leading || leading.name !== 'leader' || tabs.length === 0) return;
    if (leading.subscription) leading.subscription.setTabs(tabs);
    else
      leading.subscription = subscribe(environment, { server: options.server, browser, tabs, counted, onNews: spread });
  }

  function spread(news: News): void {
    last = news;
    tell(news);
    options.onNews(news);
    void recount();
  }

  function tell(news: News): void {
    post({ type: 'news', news, term, browser, counted: [...counted] });
  }

  function recountSoon(): void {
    if (recountPending) return;
    recountPending = true;
    schedule(() => {
      recountPending = false;
      if (role.name === 'leader') void recount();
    }, recountAfterMs);
  }

  function learn(message: Extract<Message, { type: 'news' }>): void {
    if (message.term > term && role.name === 'leader') stepDown();
    if (message.term < term || role.name !== 'follower') return;
    role.heardAt = now();
    ({ term, browser, news: last } = message);
    counted.clear();
    for (const tab of message.counted) counted.add(tab);
    options.onNews(last);
  }

  return {
    hear(message) {
      switch (message.type) {
        case 'hello':
          for (const tab of message.counted) counted.add(tab);
          // The newcomer learns at once how things stand.
          if (role.name === 'leader' && role.subscription) tell(role.subscription.news());
          recountSoon();
          break;
        case 'bye':
          recountSoon();
          break;
        case 'news':
          learn(message);
          break;
        default:
          message satisfies never;
      }
    },

    check() {
      const sleptMs = now() - checkedAt;
      checkedAt = now();
      switch (role.name) {
        case 'leader': {
          const { subscription } = role;
          // Another tab may have taken the lead meanwhile: that is on its way, and to be known before anything is done.
          if (sleptMs >= asleepAfterMs) schedule(() => subscription?.check(), tickMs);
          else subscription?.check();
          // Without ticks, this is how the others know that they are led.
          if (subscription && subscription.news().connection.state !== 'live') tell(subscription.news());
          break;
        }
        case 'follower': {
          if (sleptMs >= asleepAfterMs) role.heardAt = now();
          const silenceMs = now() - role.heardAt;
          if (silenceMs >= staleAfterMs && last.connection.state === 'live') {
            last = { ...last, connection: { state: 'stale' } };
            options.onNews(last);
          }
          if (silenceMs >= stealAfterMs && isVisible()) steal();
          break;
        }
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
      role = { name: 'left' };
      letGo();
      post({ type: 'bye' });
    },
  };
}

import { tickMs } from '@live-visitors/shared';
import type { News } from './news.ts';
import type { Recent } from './recent.ts';
import { maxReported, remember } from './remember.ts';
import type { Tabs } from './roll.ts';
import type { StreamEnvironment } from './stream-environment.ts';
import { type Subscription, subscribe } from './subscription.ts';

/** A tab that leaves news unanswered for so long is gone: nobody tells a worker that a tab has crashed. */
const goneAfterMs = 3 * tickMs;

/** What a tab says to the hub. */
export type FromTab = {
  /** `heard` is the answer to a piece of news; it brings back a tab that was taken for gone. */
  type: 'hello' | 'heard' | 'bye';
  tab: string;
  /** Whether this tab was reported to the server as a visit before. */
  counted: boolean;
};

export type HubOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  browser: string;
  recent?: Recent | undefined;
};

type Tab = { unansweredSince: number | undefined; tell: (news: News) => void };

/** Holds the one stream of a browser in a place that all tabs can reach: a shared worker. */
export function createHub(environment: StreamEnvironment, { server, browser, recent }: HubOptions) {
  const tabs = new Map<string, Tab>();
  /** Tabs that were no newcomers when they said hello. */
  const counted = new Set<string>();
  const reported = new Set<string>();
  let subscription: Subscription | undefined;

  function spread(news: News): void {
    recent?.learn(news);
    remember([], reported, maxReported);
    const now = environment.now();
    for (const [id, tab] of tabs) {
      tab.unansweredSince ??= now;
      if (now - tab.unansweredSince >= goneAfterMs) tabs.delete(id);
      else tab.tell(news);
    }
    recount();
  }

  function enter(id: string, tell: Tab['tell']): void {
    const isNew = !tabs.has(id);
    tabs.set(id, { unansweredSince: undefined, tell });
    if (!isNew) return;
    if (subscription) tell({ ...subscription.news(), past: recent?.read() });
    else subscription = subscribe(environment, { server, browser, tabs: present(), reported, recent, onNews: spread });
    recount();
  }

  function present(): Tabs {
    return { total: tabs.size, newcomers: [...tabs.keys()].filter((id) => !counted.has(id)) };
  }

  function recount(): void {
    if (tabs.size > 0) {
      subscription?.setTabs(present());
    } else {
      subscription?.leave();
      subscription = undefined;
    }
  }

  return {
    /** Takes what a tab says. `tell` is how to answer it. */
    hear(message: FromTab, tell: (news: News) => void): void {
      switch (message.type) {
        case 'hello':
          // A tab that crashes never says goodbye.
          if (message.counted) remember([message.tab], counted, maxReported);
          enter(message.tab, tell);
          break;
        case 'heard':
          enter(message.tab, tell);
          break;
        case 'bye':
          tabs.delete(message.tab);
          // Should it come back, it says itself that it is counted.
          counted.delete(message.tab);
          reported.delete(message.tab);
          recount();
          break;
        default:
          message.type satisfies never;
      }
    },

    /** Looks after the stream. To be called each second. */
    check(): void {
      subscription?.check();
      // Without ticks, this is how the tabs know that the worker lives.
      if (subscription && subscription.news().connection.state !== 'live') spread(subscription.news());
    },
  };
}

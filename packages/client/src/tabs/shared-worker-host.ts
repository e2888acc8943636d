import { tickMs } from '@live-visitors/shared';
import type { StreamEnvironment } from '../stream/environment.ts';
import type { Recent } from '../stream/recent.ts';
import { type Subscription, subscribe } from '../stream/subscription.ts';
import type { Update } from '../update.ts';
import { maxReported, remember } from './remember.ts';
import { createReports, type Tabs } from './roster.ts';

/** A tab that leaves update unanswered for so long is gone: nobody tells a worker that a tab has crashed. */
const goneAfterMs = 3 * tickMs;

/** What a tab says to the host. */
export type FromTab = {
  /** `heard` is the answer to a piece of update; it brings back a tab that was taken for gone. */
  type: 'hello' | 'heard' | 'bye';
  tab: string;
  /** Whether this tab was reported to the server as a visit, or may have been, as far as it was told. */
  counted: boolean;
};

export type SharedWorkerHostOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  browser: string;
  recent?: Recent | undefined;
};

/** Tells a tab the update, and whether it was reported to the server as a visit, or is about to be. */
export type Tell = (update: Update, counted: boolean) => void;

type Tab = { unansweredSince: number | undefined; counted: boolean; tell: Tell };

/** Holds the one stream of a browser in a place that all tabs can reach: a shared worker. */
export function createSharedWorkerHost(
  environment: StreamEnvironment,
  { server, browser, recent }: SharedWorkerHostOptions,
) {
  const tabs = new Map<string, Tab>();
  const reports = createReports();
  let subscription: Subscription | undefined;

  function spread(update: Update): void {
    recent?.learn(update);
    const now = environment.now();
    for (const [id, tab] of tabs) {
      tab.counted ||= reports.reported.has(id);
      tab.unansweredSince ??= now;
      if (now - tab.unansweredSince >= goneAfterMs) tabs.delete(id);
      else tell(id, tab, update);
    }
    // Those that are gone, and may come back.
    remember([], reports.reported, maxReported);
    recount();
  }

  function tell(id: string, tab: Tab, update: Update): void {
    tab.tell(update, tab.counted || reports.arriving.has(id));
  }

  function enter({ tab: id, counted }: FromTab, tellTab: Tell): void {
    const known = tabs.get(id);
    const tab = {
      unansweredSince: undefined,
      counted: known?.counted ?? counted,
      tell: tellTab,
    };
    tabs.set(id, tab);
    if (known) return;
    if (subscription) tell(id, tab, { ...subscription.update(), past: recent?.read() });
    else subscription = subscribe(environment, { server, browser, tabs: present(), reports, recent, onUpdate: spread });
    recount();
  }

  function present(): Tabs {
    return { total: tabs.size, newcomers: [...tabs].filter(([, { counted }]) => !counted).map(([id]) => id) };
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
    /** Takes what a tab says. `tellTab` is how to answer it. */
    hear(message: FromTab, tellTab: Tell): void {
      switch (message.type) {
        case 'hello':
        case 'heard':
          enter(message, tellTab);
          break;
        case 'bye':
          tabs.delete(message.tab);
          // Should it come back, it says itself that it is counted, if it knows.
          if (message.counted) reports.reported.delete(message.tab);
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
      if (subscription && subscription.update().connection.state !== 'live') spread(subscription.update());
    },
  };
}

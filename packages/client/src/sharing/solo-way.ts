import { paths, readEvent } from '@live-visitors/shared';
import { type Subscription, subscribe } from '../stream/subscription.ts';
import type { Way } from './join.ts';
import { onWake } from './page.ts';

/** How often a hidden tab looks up the count. */
const lookUpEveryMs = 15_000;

/**
 * Shares nothing: the way for pages that have no means to talk to their other tabs. A stream is open only while the tab
 * is visible, as a browser opens six connections to an origin at most, and a hidden tab must not take one. Hidden, the
 * tab is not counted.
 */
export const soloWay: Way =
  (environment, { server, observe, recent }, page) =>
  (onNews) => {
    let subscription: Subscription | undefined;
    let lookedUpAt = Number.NEGATIVE_INFINITY;

    async function lookUp() {
      lookedUpAt = environment.now();
      const response = await fetch(server + paths.visitors).catch(() => undefined);
      const snapshot = response?.ok ? readEvent('visitors', await response.text()) : undefined;
      if (snapshot && !subscription) onNews({ connection: { state: 'live' }, last: { snapshot, ageMs: 0 } });
    }

    function check() {
      if (document.visibilityState === 'visible') {
        const tabs = { total: observe ? 0 : 1, newcomers: page.counted ? [] : [page.tab] };
        subscription ??= subscribe(environment, {
          server,
          browser: page.browser,
          tabs,
          reported: new Set(),
          recent,
          onNews(news) {
            if (news.connection.state === 'live') page.counted = true;
            onNews(news);
            subscription?.setTabs(tabs);
          },
        });
        subscription.check();
      } else {
        subscription?.leave();
        subscription = undefined;
        if (environment.now() - lookedUpAt >= lookUpEveryMs) void lookUp();
      }
    }

    check();
    const stopWaking = onWake(check);
    return () => {
      stopWaking();
      subscription?.leave();
    };
  };

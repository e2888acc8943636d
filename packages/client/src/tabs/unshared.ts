import { paths, readEvent, type Snapshot } from '@live-visitors/shared';
import { type Subscription, subscribe } from '../stream/subscription.ts';
import { createReports } from './roster.ts';
import type { Strategy } from './strategy.ts';
import { onWake } from './wake.ts';

/** How often a hidden tab looks up the count. */
const lookUpEveryMs = 15_000;

/** How long that may take. */
const lookUpWithinMs = 10_000;

/**
 * Shares nothing: the way for pages that have no means to talk to their other tabs. A stream is open only while the tab
 * is visible, as a browser opens six connections to an origin at most, and a hidden tab must not take one. Hidden, the
 * tab is not counted.
 */
export const unshared: Strategy =
  (environment, { server, observe, recent }, page) =>
  (onUpdate) => {
    let subscription: Subscription | undefined;
    let lookedUpAt = Number.NEGATIVE_INFINITY;
    let last: { snapshot: Snapshot; heardAt: number } | undefined;
    let hasLeft = false;
    const reports = createReports();

    function markCounted() {
      page.counted ||= reports.reported.has(page.tab);
    }

    function stopSubscription() {
      subscription?.leave();
      subscription = undefined;
      markCounted();
    }

    async function lookUp() {
      lookedUpAt = environment.now();
      let snapshot: Snapshot | undefined;
      try {
        const response = await fetch(server + paths.visitors, { signal: AbortSignal.timeout(lookUpWithinMs) });
        if (response.ok) snapshot = readEvent('visitors', await response.text());
      } catch {
        // The server cannot be reached.
      }
      if (subscription || hasLeft) return;
      if (snapshot) last = { snapshot, heardAt: environment.now() };
      onUpdate({
        connection: { state: snapshot ? 'live' : 'stale' },
        last: last && { snapshot: last.snapshot, ageMs: environment.now() - last.heardAt },
      });
    }

    function check() {
      if (document.visibilityState === 'visible') {
        const tabs = { total: observe ? 0 : 1, newcomers: page.counted ? [] : [page.tab] };
        subscription ??= subscribe(environment, {
          server,
          browser: page.browser,
          tabs,
          reports,
          recent,
          onUpdate(update) {
            markCounted();
            if (update.last) last = { snapshot: update.last.snapshot, heardAt: environment.now() - update.last.ageMs };
            onUpdate(update);
            subscription?.setTabs(tabs);
          },
        });
        subscription.check();
      } else {
        stopSubscription();
        if (environment.now() - lookedUpAt >= lookUpEveryMs) void lookUp();
      }
    }

    check();
    const stopWaking = onWake(check);
    return () => {
      hasLeft = true;
      stopWaking();
      stopSubscription();
    };
  };

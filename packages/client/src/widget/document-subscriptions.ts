import { createDocumentSubscription, type DocumentSubscription } from '../document-subscription.ts';
import { environment } from '../stream/browser-environment.ts';
import { unshared } from '../tabs/unshared.ts';
import { webLocks } from '../tabs/web-locks.ts';

// The widget and the subscription are bundles of their own, which find each other by this. The number is that of the
// subscription's form.
const subscriptionsKey: unique symbol = Symbol.for('live-visitors subscriptions 1');
declare global {
  interface Window {
    [subscriptionsKey]?: Map<string, DocumentSubscription>;
  }
}

/** One room for each server, however many widgets and subscriptions there are in a document. */
function allSubscriptions(): Map<string, DocumentSubscription> {
  // Not at once: the module may be imported where there is no window, as on a server that renders pages.
  const subscriptions = window[subscriptionsKey] ?? new Map();
  window[subscriptionsKey] = subscriptions;
  return subscriptions;
}

/** @param server - its URL, without a slash at the end */
export function subscriptionTo(server: string): DocumentSubscription {
  const known = allSubscriptions().get(server);
  if (known) return known;
  const subscription = createDocumentSubscription([webLocks, unshared], environment, server);
  shareSubscription(server, subscription);
  return subscription;
}

/** Has the widgets of a page share what the page itself listens to. */
export function shareSubscription(server: string, subscription: DocumentSubscription): void {
  allSubscriptions().set(server, subscription);
}

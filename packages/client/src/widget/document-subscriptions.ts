import { createDocumentSubscription, type DocumentSubscription } from '../document-subscription.ts';
import { environment } from '../stream/browser-environment.ts';
import { unshared } from '../tabs/unshared.ts';
import { webLocks } from '../tabs/web-locks.ts';

// The bundles of the widget and of `subscribe` find each other by this key. Its number is the version of
// `DocumentSubscription`.
const subscriptionsKey: unique symbol = Symbol.for('live-visitors subscriptions 1');
declare global {
  interface Window {
    [subscriptionsKey]?: Map<string, DocumentSubscription>;
  }
}

/** The subscriptions of this document, by the server: there is one for each, however many widgets listen to it. */
function documentSubscriptions(): Map<string, DocumentSubscription> {
  // Not at import time: the module may be imported without a window, as in server-side rendering.
  window[subscriptionsKey] ??= new Map();
  return window[subscriptionsKey];
}

/** @param server - its URL, without a slash at the end */
export function subscriptionTo(server: string): DocumentSubscription {
  const known = documentSubscriptions();
  const subscription = known.get(server) ?? createDocumentSubscription([webLocks, unshared], environment, server);
  known.set(server, subscription);
  return subscription;
}

/** Lets the widgets of this document use a subscription that exists already. */
export function shareSubscription(server: string, subscription: DocumentSubscription): void {
  documentSubscriptions().set(server, subscription);
}

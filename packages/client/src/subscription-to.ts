import { environment } from './browser-environment.ts';
import type { Recent } from './dashboard/recent.ts';
import { createDocumentSubscription, type DocumentSubscription } from './document-subscription.ts';
import { version } from './tabs/messages.ts';
import { randomId } from './tabs/random-id.ts';

// The widget and the subscription are separate bundles, which find each other by this key.
const key = Symbol.for(`live-visitors ${version}`);

/** Kept in each window: the id of its tab, and its document's subscription to each server. */
type Kept = { tabId: string; subscriptions: Map<string, DocumentSubscription> };

function keptBy(window: Window & { [key]?: Kept }): Kept {
  window[key] ??= { tabId: randomId(), subscriptions: new Map() };
  return window[key];
}

/** The outermost window around this one whose document is of the same origin, as are all in between. */
function outermostWindow(): Window {
  let outermost: Window = window;
  try {
    while (outermost.parent !== outermost && outermost.parent.document) outermost = outermost.parent;
  } catch {
    // The next one is of another origin.
  }
  return outermost;
}

/**
 * The one subscription of this document to a server, however many widgets and subscriptions there are in it. Documents in
 * frames of the same origin are the same tab.
 *
 * @param server - its URL, without a slash at the end
 * @param recent - kept up to date, if it is given
 */
export function subscriptionTo(server: string, recent?: Recent): DocumentSubscription {
  // Not on import: there is no window on a server that renders pages.
  const { subscriptions } = keptBy(window);
  const { tabId } = keptBy(outermostWindow());
  const subscription = subscriptions.get(server) ?? createDocumentSubscription(environment, server, tabId, recent);
  subscriptions.set(server, subscription);
  return subscription;
}

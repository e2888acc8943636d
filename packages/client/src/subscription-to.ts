import { environment } from './browser-environment.ts';
import { createDocumentSubscription, type DocumentSubscription } from './document-subscription.ts';
import type { Recent } from './stream/recent.ts';
import { randomId } from './tabs/identity.ts';
import { version } from './tabs/messages.ts';

// The widget and the subscription are bundles of their own, which find each other by this.
const key = Symbol.for(`live-visitors ${version}`);

/** What a window keeps: the id of its tab, and its document's subscription to each server. */
type Kept = { tab: string; subscriptions: Map<string, DocumentSubscription> };

function keptBy(window: Window & { [key]?: Kept }): Kept {
  window[key] ??= { tab: randomId(), subscriptions: new Map() };
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
 * @param recent - kept up to date, where it is given
 */
export function subscriptionTo(server: string, recent?: Recent): DocumentSubscription {
  // Not at once: the module may be imported where there is no window, as on a server that renders pages.
  const { subscriptions } = keptBy(window);
  const { tab } = keptBy(outermostWindow());
  const subscription = subscriptions.get(server) ?? createDocumentSubscription(environment, server, tab, recent);
  subscriptions.set(server, subscription);
  return subscription;
}

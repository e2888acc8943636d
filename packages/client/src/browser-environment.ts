import { documentPage, onNavigation } from './document-page.ts';
import type { DocumentEnvironment } from './document-subscription.ts';
import { createElapsed } from './stream/elapsed.ts';
import { lookUp, openEventStream } from './stream/open-event-source.ts';
import { meet } from './tabs/meet.ts';
import { onWake, whilePageIsOpen } from './tabs/page-lifecycle.ts';

/** The APIs of a document. */
export const environment: DocumentEnvironment = {
  openStream: openEventStream,
  lookUp,
  meet,
  onWake,
  whilePageIsOpen,
  documentPage,
  onNavigation,
  now: createElapsed(() => performance.now(), Date.now),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  isOnline: () => navigator.onLine,
  isVisible: () => document.visibilityState === 'visible',
  random: Math.random,
};

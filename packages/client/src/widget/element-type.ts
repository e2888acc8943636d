import type { SnapshotWithPages } from '../pages.ts';
import type { Connection } from '../stream/connection.ts';

export type LiveVisitorsEventMap = HTMLElementEventMap & {
  /** Dispatched once a second, with the figures, and when the element's page changes. */
  snapshot: CustomEvent<SnapshotWithPages>;
  /** Dispatched when the connection to the server changes. */
  connection: CustomEvent<Connection>;
};

/** `<live-visitors>`, which `widget.js` defines. */
export interface LiveVisitorsElement extends HTMLElement {
  addEventListener<Name extends keyof LiveVisitorsEventMap>(
    type: Name,
    listener: (this: LiveVisitorsElement, event: LiveVisitorsEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof LiveVisitorsEventMap>(
    type: Name,
    listener: (this: LiveVisitorsElement, event: LiveVisitorsEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'live-visitors': LiveVisitorsElement;
  }
}

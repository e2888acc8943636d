import type { Snapshot } from '@live-visitors/shared';
import type { Connection } from '../stream/connection.ts';
import { subscriptionTo } from '../subscription-to.ts';
import { delayedShownForMs, shownForMs } from '../timing.ts';
import type { Pages, SnapshotWithPages, Update } from '../update.ts';
import { figureOf, type ShownFigure, textsFor } from './labels.ts';
import { serverAt, wrongServer } from './server-url.ts';
import { tellChanges } from './tell-changes.ts';
import styles from './widget.css?inline';

export type LiveVisitorsEventMap = HTMLElementEventMap & {
  /** Dispatched once a second, with the figures, and when the element's page changes. */
  snapshot: CustomEvent<SnapshotWithPages>;
  /** Dispatched when the connection to the server changes. */
  connection: CustomEvent<Connection>;
};

/** What can be set on the element, as attributes or as properties that reflect them, besides `lang`. */
export type LiveVisitorsAttributes = {
  /** The URL of the server, such as `https://visitors.example.com`. */
  server?: string | null | undefined;
  /** The text after the number. Default: what the figure is called, in the language. */
  label?: string | null | undefined;
  /** `compact` is 1.3K for 1,281. Default: `full`. */
  format?: 'full' | 'compact' | null | undefined;
  /** Default: `online`, the only figure of a page. */
  figure?: ShownFigure | null | undefined;
  /** Hides the element unless the figure is known to be this or more. The tab counts all the same. */
  min?: number | string | null | undefined;
  /** Shows the count without counting this tab. */
  observe?: boolean | undefined;
  /** Shows how many tabs are on this page, or on the one of that name. */
  page?: boolean | string | null | undefined;
};

interface ElementWithEvents extends HTMLElement, LiveVisitorsAttributes {
  addEventListener<Name extends keyof LiveVisitorsEventMap>(
    type: Name,
    listener: (this: this, event: LiveVisitorsEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof LiveVisitorsEventMap>(
    type: Name,
    listener: (this: this, event: LiveVisitorsEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
}

// Servers that render pages import the class too. They have no elements.
const Base = (globalThis.HTMLElement ?? class {}) as new () => ElementWithEvents;

/** `<live-visitors>`, which shows how many visitors are on the site now. */
export class LiveVisitorsElement extends Base {
  /** The URL of the server for elements without the attribute; empty if it is unknown. */
  static defaultServer: string = '';
  static observedAttributes: string[] = [
    ...['below-min', 'lang'],
    ...['server', 'label', 'format', 'figure', 'min', 'observe', 'page'],
  ];

  readonly #shadow = this.attachShadow({ mode: 'open' });
  readonly #dot = document.createElement('span');
  readonly #number = document.createElement('span');
  readonly #label = document.createElement('span');
  readonly #tell = tellChanges(
    (detail) => this.#dispatch('snapshot', detail),
    (detail) => this.#dispatch('connection', detail),
  );
  #snapshot: Snapshot | undefined;
  #pages: Pages = new Map();
  #stop: (() => void) | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  static {
    // Every element has the property `lang`, and `below-min` is not for the page.
    for (const name of LiveVisitorsElement.observedAttributes.slice(2)) {
      Object.defineProperty(LiveVisitorsElement.prototype, name, {
        get(this: LiveVisitorsElement) {
          const value = this.getAttribute(name);
          if (name !== 'observe' && name !== 'page') return value;
          // Frameworks write booleans as text until the element is defined, and React 18 always does.
          return value !== null && value !== 'false' && (name === 'observe' || value === 'true' || value || true);
        },
        set(this: LiveVisitorsElement, value: unknown) {
          if (value === false || value === null || value === undefined) this.removeAttribute(name);
          else this.setAttribute(name, value === true ? '' : `${value}`);
        },
      });
    }
  }

  constructor() {
    super();
    this.#dot.setAttribute('role', 'img');
    this.#shadow.append(this.#dot, this.#number, ' ', this.#label);
    // What was set before the element was defined hides the properties of the class.
    for (const [name, value] of Object.entries(this)) {
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
  }

  connectedCallback(): void {
    // An element that precedes the script gets its attributes before it is connected.
    this.disconnectedCallback();
    const view = this.ownerDocument.defaultView;
    // A document without a window is not visible.
    if (!view) return;
    const url = this.server ?? LiveVisitorsElement.defaultServer;
    const server = serverAt(url);
    if (server) {
      const { observe = false, page } = this;
      this.#stop = subscriptionTo(server).listen({ observe, page: [page || []].flat(), onUpdate: this.#show });
    } else {
      this.#show({ connection: { state: 'refused', reason: wrongServer(url), inMs: Number.POSITIVE_INFINITY } });
    }
    try {
      // A constructed style sheet is not an inline style, which a CSP may forbid. It belongs to one document.
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(styles);
      this.#shadow.adoptedStyleSheets = [sheet];
    } catch {
      // The DOM of a test environment has none.
    }
  }

  disconnectedCallback(): void {
    this.#stop?.();
    clearTimeout(this.#expiry);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return;
    if (['server', 'observe', 'page'].includes(name)) this.connectedCallback();
    else this.#render();
  }

  #show = (update: Update, pages: Pages = new Map()): void => {
    // An element is not told when its frame is removed.
    if (!this.ownerDocument.defaultView) {
      this.disconnectedCallback();
      return;
    }
    const { connection, last } = update;
    const shownMs = connection.state === 'delayed' ? delayedShownForMs : shownForMs;
    clearTimeout(this.#expiry);
    this.#pages = pages;
    this.#snapshot = undefined;
    if (last && last.ageMs < shownMs) {
      this.#snapshot = last.snapshot;
      this.#expiry = setTimeout(() => this.#show({ connection }, pages), shownMs - last.ageMs);
    }
    const { state } = connection;
    // As attributes: the DOM of a test environment has no such property.
    this.#dot.setAttribute('part', `dot ${state}`);
    this.#number.setAttribute('part', `number ${state}`);
    this.#number.title = 'reason' in connection ? connection.reason : '';
    this.#label.setAttribute('part', `label ${state}`);
    this.#render();
    this.#tell(update, pages);
  };

  #dispatch(type: string, detail: unknown): void {
    if (this.isConnected) this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #render(): void {
    // Of a page, only `online` is known.
    const figure = figureOf(this.#pages.size > 0 ? null : this.figure);
    const [count = this.#snapshot?.[figure]] = this.#pages.values();
    const value = this.#snapshot && (count ?? undefined);
    const isCompact = this.format === 'compact';
    const isLive = this.#dot.getAttribute('part') === 'dot live';
    const texts = textsFor(languageOf(this), isCompact, value, figure, isLive);
    this.#dot.title = this.#number.title || texts.dot;
    this.#number.textContent = texts.number;
    this.#label.textContent = this.label ?? texts.label;
    this.#label.dataset.longest = this.label ?? texts.longest;
    this.toggleAttribute('below-min', Number(this.min ?? -1) > (value ?? -1));
  }
}

/** The nearest `lang`, which may be outside of the shadow roots that the element is in. */
function languageOf(element: Element): string {
  const { host } = element.getRootNode() as Partial<ShadowRoot>;
  return element.closest<HTMLElement>('[lang]')?.lang || (host ? languageOf(host) : navigator.language);
}

/**
 * Defines `<live-visitors>`.
 *
 * @param defaultServer - the URL of the server for elements without the attribute; empty if it is unknown
 */
export function defineElement(defaultServer: string): void {
  // A document may load the script twice.
  if (customElements.get('live-visitors')) return;
  LiveVisitorsElement.defaultServer = defaultServer;
  customElements.define('live-visitors', LiveVisitorsElement);
}

declare global {
  interface HTMLElementTagNameMap {
    'live-visitors': LiveVisitorsElement;
  }
}

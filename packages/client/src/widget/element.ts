import type { Pages } from '../pages.ts';
import { subscriptionTo } from '../subscription-to.ts';
import { delayedShownForMs, shownForMs } from '../timing.ts';
import type { Update } from '../update.ts';
import { textsFor } from './labels.ts';
import { serverAt, wrongServer } from './server-url.ts';
import { tellChanges } from './tell-changes.ts';
import styles from './widget.css?inline';

/**
 * `<live-visitors>`, which shows how many visitors are on the site now.
 *
 * Its attributes are `server`, `label`, `lang`, `format` (`full` or `compact`), `page`, which shows how many are on this
 * page or on that of a name, and `observe`, which shows the count without counting the tab. It dispatches the events of `LiveVisitorsEventMap`.
 */
class LiveVisitors extends HTMLElement {
  /** The URL of the server for elements without the attribute; empty if it is unknown. */
  static defaultServer = '';
  static observedAttributes = ['server', 'label', 'lang', 'format', 'observe', 'page'];

  readonly #shadow = this.attachShadow({ mode: 'open' });
  readonly #dot = document.createElement('span');
  readonly #number = document.createElement('span');
  readonly #label = document.createElement('span');
  readonly #style = document.createElement('style');
  readonly #tell = tellChanges(
    (detail) => this.#dispatch('snapshot', detail),
    (detail) => this.#dispatch('connection', detail),
  );
  #online: number | undefined;
  #stop: (() => void) | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.#shadow.append(this.#dot, this.#number, ' ', this.#label);
  }

  connectedCallback(): void {
    // An element that precedes the script gets its attributes before it is connected.
    this.disconnectedCallback();
    const view = this.ownerDocument.defaultView;
    // A document without a window is not visible.
    if (!view) return;
    this.#show({ connection: { state: 'connecting' } });
    const url = this.getAttribute('server') ?? LiveVisitors.defaultServer;
    const server = serverAt(url);
    if (server) {
      const observe = this.hasAttribute('observe');
      const name = this.getAttribute('page');
      const page: (string | true)[] = name === null ? [] : [name || true];
      this.#stop = subscriptionTo(server).listen({ observe, page, onUpdate: this.#show });
    } else {
      this.#show({ connection: { state: 'refused', reason: wrongServer(url), inMs: Number.POSITIVE_INFINITY } });
    }
    this.#applyStyles(view);
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
    clearTimeout(this.#expiry);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return;
    if (['server', 'observe', 'page'].includes(name)) this.connectedCallback();
    else this.#render();
  }

  /** A style sheet belongs to one document, and an element can move to another. */
  #applyStyles(view: Window & typeof globalThis): void {
    try {
      // A constructed style sheet is not an inline style, which a CSP may forbid.
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(styles);
      this.#shadow.adoptedStyleSheets = [sheet];
    } catch {
      // Safari before 16.4 has none.
      this.#style.textContent = styles;
      this.#shadow.append(this.#style);
    }
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
    this.#online = undefined;
    if (last && last.ageMs < shownMs) {
      const [online = last.snapshot.online] = pages.values();
      this.#online = online ?? undefined;
      this.#expiry = setTimeout(() => {
        this.#online = undefined;
        this.#render();
      }, shownMs - last.ageMs);
    }
    this.#dot.part = `dot ${connection.state}`;
    this.#number.part = `number ${connection.state}`;
    this.#label.part = `label ${connection.state}`;
    this.#number.title = 'reason' in connection ? connection.reason : '';
    this.#render();
    this.#tell(update, pages);
  };

  #dispatch(type: string, detail: unknown): void {
    if (this.isConnected) this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #render(): void {
    const language = this.closest<HTMLElement>('[lang]')?.lang || navigator.language;
    const isCompact = this.getAttribute('format') === 'compact';
    const { number, label, longest } = textsFor(language, isCompact, this.#online);
    const ownLabel = this.getAttribute('label');
    this.#number.textContent = number;
    this.#label.textContent = ownLabel ?? label;
    this.#label.dataset.longest = ownLabel ?? longest;
  }
}

/**
 * Defines `<live-visitors>`.
 *
 * @param defaultServer - the URL of the server for elements without the attribute; empty if it is unknown
 */
export function defineElement(defaultServer: string): void {
  // A document may load the script twice.
  if (customElements.get('live-visitors')) return;
  LiveVisitors.defaultServer = defaultServer;
  customElements.define('live-visitors', LiveVisitors);
}

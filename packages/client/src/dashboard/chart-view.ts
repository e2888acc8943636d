import type { RangeHistory } from '@live-visitors/shared';
import type { Recent } from '../update.ts';
import type { Chart } from './chart/chart.ts';
import { find, setText } from './dom.ts';
import type { Locale } from './messages/languages.ts';
import { summarizeDay, summarizeRecent } from './wording.ts';

/** When to try again to load the code of the chart. */
const loadAgainMs = 60_000;

/** `unread` until the server has answered. */
type Day = RangeHistory | 'unread' | 'unavailable';

/** Shows who was here before: in the last minutes, or in the last day. The code of the chart is loaded when it is needed. */
export class ChartView {
  readonly #container = find('.chart');
  readonly #summary = find('.summary');
  readonly #recent: Pick<Recent, 'read'>;
  readonly #now: () => number;
  #period: 'recent' | 'day' = 'recent';
  #chart: Chart | undefined;
  #locale: Locale | undefined;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #day: Day = 'unread';
  /** The day that the chart shows, if it shows one: it need not be drawn each second. */
  #drawnDay: Day | undefined;

  constructor(recent: Pick<Recent, 'read'>, now: () => number, onPeriod: () => void) {
    this.#recent = recent;
    this.#now = now;
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('.period button')];
    for (const button of buttons) {
      button.addEventListener('click', () => {
        this.#period = button.value === 'day' ? 'day' : 'recent';
        for (const each of buttons) each.ariaPressed = String(each === button);
        onPeriod();
      });
    }
  }

  get period() {
    return this.#period;
  }

  learnDay(day: RangeHistory | undefined): void {
    // An older day is better than none.
    if (day) this.#day = day;
    else if (this.#day === 'unread') this.#day = 'unavailable';
  }

  /** To be called with each snapshot while the document is visible, and after every other change. */
  show(locale: Locale): void {
    void this.#load();
    if (this.#locale !== locale) this.#chart?.setLabels(locale.formats);
    this.#locale = locale;
    if (this.#period === 'day') this.#showDay(locale);
    else this.#showRecent(locale);
  }

  async #load(): Promise<void> {
    if (this.#chart || this.#now() - this.#loadedAt < loadAgainMs) return;
    this.#loadedAt = this.#now();
    // Without the chart there is still the summary.
    const loaded = await import('./chart/chart.ts').catch(() => undefined);
    if (!loaded || !this.#locale) return;
    this.#chart = new loaded.Chart(this.#container, this.#locale.formats);
    this.#drawnDay = undefined;
    this.show(this.#locale);
  }

  #showRecent(locale: Locale): void {
    const history = this.#recent.read();
    setText(this.#summary, summarizeRecent(history, locale));
    this.#chart?.showRecent(history);
    this.#drawnDay = undefined;
  }

  #showDay(locale: Locale): void {
    const day = this.#day;
    if (typeof day === 'object') setText(this.#summary, summarizeDay(day.series, locale));
    else setText(this.#summary, day === 'unread' ? '…' : locale.messages.dayUnavailable);
    if (this.#drawnDay === day) return;
    this.#chart?.showDay(typeof day === 'object' ? day.series : undefined);
    this.#drawnDay = day;
  }
}

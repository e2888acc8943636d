import uPlot from 'uplot';
import { create, find } from '../dom.ts';
import type { Locale } from '../messages/languages.ts';
import { type ChartData, chartOf, type Past } from './data.ts';
import { readLook } from './look.ts';
import { optionsFor } from './options.ts';
import './chart.css';

/*! The chart is drawn by uPlot: (c) Leon Sorokin, MIT License, https://github.com/leeoniya/uPlot */

type Part = Pick<ChartData, 'from' | 'to'>;

/** What changes the colours. */
const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'];

/**
 * Draws who was here before, as large as the element that it is in. The style sheet of the element sets the font, and the
 * colours as `--live`, `--line` and `--muted`. For keyboards and screen readers, a slider goes through the entries.
 */
export class Chart {
  readonly #root = create('div', { className: 'chart-frame' });
  readonly #mark = create('div', { className: 'chart-mark' });
  readonly #tooltip = create('div', { className: 'chart-tooltip' });
  readonly #slider = create('input', { type: 'range', className: 'visually-hidden' });
  readonly #showAll = find('.show-all');
  #past: Past | undefined;
  #locale: Locale | undefined;
  #data: ChartData | undefined;
  #plot: uPlot | undefined;
  #zoom: Part | undefined;
  /** The time that was chosen with the slider: it stays the same while the chart moves on. */
  #chosen: number | undefined;

  constructor() {
    // The frame is a stacking context: only within it, the tooltip can be above the button.
    this.#root.append(this.#showAll, this.#slider, this.#tooltip);
    find('.chart').append(this.#root);
    new ResizeObserver(() => this.#build()).observe(this.#root);
    for (const query of media) matchMedia(query).addEventListener('change', () => this.#build());
    this.#showAll.addEventListener('click', () => {
      // Safari gives no focus to a button that is clicked.
      this.#focus();
      this.#unzoom();
    });
    find('.history').addEventListener('keydown', ({ key }) => key === 'Escape' && this.#unzoom());
    this.#slider.addEventListener('focus', () => this.#choose(Number.POSITIVE_INFINITY));
    this.#slider.addEventListener('input', () => this.#choose(this.#slider.valueAsNumber));
    this.#slider.addEventListener('blur', () => this.#leave());
    for (const event of ['pointerdown', 'pointermove'] as const) {
      this.#root.addEventListener(event, ({ pointerType, clientX }) => {
        this.#chosen = undefined;
        // uPlot follows the mouse by itself.
        if (pointerType === 'touch') this.#plot?.setCursor({ left: clientX - this.#plot.rect.left, top: 0 });
      });
    }
    // uPlot does not see the mouse leave if it has not moved since the chart was built.
    this.#root.addEventListener('pointerleave', ({ pointerType }) => pointerType !== 'touch' && this.#leave());
    // Lifting a finger is no reason to hide what it has found.
    document.addEventListener('pointerdown', ({ target }) => {
      if (!(target instanceof Node && this.#root.contains(target))) this.#leave();
    });
  }

  /** Shows a period. Cheap enough for each second. */
  show(past: Past | undefined, locale: Locale): void {
    if (past === this.#past && locale === this.#locale) return;
    const before = this.#data;
    const isSameLocale = locale === this.#locale;
    this.#slider.ariaLabel = locale.messages.chart;
    this.#past = past;
    this.#locale = locale;
    this.#data = past && chartOf(past);
    if (this.#zoom && this.#zoom.to <= (this.#data?.from ?? 0)) this.#setZoom(undefined);
    if (this.#plot && isSameLocale && this.#data?.everyMs === before?.everyMs) this.#draw();
    else {
      this.#chosen = undefined;
      this.#setZoom(undefined);
      this.#build();
    }
  }

  #unzoom(): void {
    this.#setZoom(undefined);
    this.#draw();
  }

  #focus(): void {
    this.#slider.focus({ preventScroll: true });
  }

  #build(): void {
    const { left = -10, top = -10 } = this.#plot?.cursor ?? {};
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#read();
    const look = readLook(this.#root);
    // A hidden element has no size.
    if (this.#data && this.#locale && look.width > 0 && look.height > 0) {
      const options = optionsFor(this.#data, look, this.#locale.formats);
      options.hooks = { setCursor: [() => this.#read()], setSelect: [() => this.#zoomIn()] };
      this.#plot = new uPlot(options, this.#data.lines, this.#root);
      this.#plot.over.append(this.#mark);
    }
    this.#draw();
    // The pointer has not moved.
    if (this.#chosen === undefined) this.#plot?.setCursor({ left, top });
  }

  #draw(): void {
    const [plot, data, locale] = [this.#plot, this.#data, this.#locale];
    // Without a value, or where none is drawn, there is nothing to go through.
    this.#slider.hidden = !plot || !data?.lines[1].some((value) => value !== null);
    if (!plot || !data || !locale) return;
    const { from, to } = this.#zoom ?? data;
    plot.batch(() => {
      plot.setData(data.lines, false);
      plot.setScale('x', { min: from, max: to });
    });
    // Its steps are the entries, also where the zoom begins or ends between two.
    const entryAt = (time: number, round: (value: number) => number) =>
      data.from + round((time - data.from) / data.everyMs) * data.everyMs;
    const max = entryAt(Math.min(to, data.lines[0].at(-1) ?? to), Math.floor);
    const min = Math.min(entryAt(Math.max(from, data.from), Math.ceil), max);
    // It stands at the newest entry until it has the focus. While the pointer leads the cursor, it stays where it is.
    const value = this.#chosen ?? (this.#slider.matches(':focus') ? this.#slider.valueAsNumber : max);
    Object.assign(this.#slider, { step: data.everyMs, min, max, value: Math.min(value, max) });
    const time = this.#slider.valueAsNumber;
    const index = Math.round((time - data.from) / data.everyMs);
    this.#slider.ariaValueText = data.describe(index, locale, Date.now());
    if (this.#chosen === undefined) return;
    this.#chosen = time;
    plot.setCursor({ left: plot.valToPos(data.lines[0][index] ?? time, 'x'), top: 0 });
  }

  /** @param time - that of the entry to choose; the newest that is shown if it is later */
  #choose(time: number): void {
    this.#chosen = time;
    this.#draw();
  }

  #leave(): void {
    this.#chosen = undefined;
    this.#plot?.setCursor({ left: -10, top: -10 });
  }

  /** Shows time and value at the cursor. */
  #read(): void {
    const [plot, data, locale] = [this.#plot, this.#data, this.#locale];
    const { idx, idxs } = plot?.cursor ?? {};
    // The pointer finds values only, the slider gaps as well.
    const index = (this.#chosen === undefined ? idxs?.[1] : idx) ?? undefined;
    this.#root.classList.toggle('chart-pointed', index !== undefined);
    if (!plot || !data || !locale || index === undefined) return;
    const [times, values] = data.lines;
    const x = plot.valToPos(times[index] ?? 0, 'x');
    const y = plot.valToPos(values[index] ?? 0, 'y');
    this.#mark.hidden = values[index] === null;
    this.#mark.style.translate = `${x}px ${y}px`;
    this.#tooltip.textContent = data.describe(index, locale, Date.now());
    const { clientWidth, clientHeight } = this.#root;
    const { offsetWidth: width, offsetHeight: height } = this.#tooltip;
    const left = x + plot.over.offsetLeft - width / 2;
    const above = y + plot.over.offsetTop - height - this.#mark.offsetHeight;
    const below = Math.min(above + height + 2 * this.#mark.offsetHeight, clientHeight - height);
    this.#tooltip.style.translate = `${Math.max(0, Math.min(left, clientWidth - width))}px ${above < 0 ? below : above}px`;
  }

  #zoomIn(): void {
    const [plot, data] = [this.#plot, this.#data];
    if (!plot || !data) return;
    const { left, width } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const [first, last] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
    const missing = Math.max(0, data.leastMs - (last - first)) / 2;
    this.#setZoom({ from: Math.max(data.from, first - missing), to: Math.min(data.to, last + missing) });
    this.#focus();
    this.#leave();
    this.#draw();
  }

  #setZoom(zoom: Part | undefined): void {
    this.#zoom = zoom;
    // The focus would be lost with the button.
    if (!zoom && this.#showAll.matches(':focus')) this.#focus();
    this.#showAll.hidden = zoom === undefined;
  }
}

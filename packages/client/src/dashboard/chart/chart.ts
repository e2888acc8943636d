import uPlot from 'uplot';
import type { Locale } from '../messages/languages.ts';
import { readColors } from './colors.ts';
import { type ChartData, chartOf, knownFrom, type Past } from './data.ts';
import { optionsFor } from './options.ts';
import './chart.css';

/*! The chart is drawn by uPlot: (c) Leon Sorokin, MIT License, https://github.com/leeoniya/uPlot */

/** What changes the colours. */
const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'];

/** By how many entries a key moves the cursor: those of a slider. */
const moves: { [key: string]: number } = {
  ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -60, PageUp: 60 },
  ...{ Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
};

const outside = { left: -10, top: -10 };
const nothing = { left: 0, top: 0, width: 0, height: 0 };

/**
 * Draws who was here before into an element, as large as that is. The style sheet of the element sets the font, and the
 * colours as `--live`, `--line` and `--muted`. To screen readers it is a slider along the time.
 */
export class Chart {
  readonly #root = document.createElement('div');
  readonly #mark = document.createElement('div');
  readonly #tooltip = document.createElement('div');
  readonly #onZoom: (isZoomed: boolean) => void;
  #locale: Locale;
  #data: ChartData | undefined;
  #plot: uPlot | undefined;
  #zoom: { from: number; to: number } | undefined;
  /** The time that was chosen by keyboard: it stays the same while the chart moves on. */
  #chosen: number | undefined;

  constructor(container: HTMLElement, locale: Locale, onZoom: (isZoomed: boolean) => void) {
    this.#locale = locale;
    this.#onZoom = onZoom;
    this.#root.className = 'chart-frame';
    this.#mark.className = 'chart-mark';
    this.#tooltip.className = 'chart-tooltip';
    this.#root.append(this.#tooltip);
    container.append(this.#root);
    Object.assign(this.#root, {
      tabIndex: 0,
      role: 'slider',
      ariaValueMin: '0',
      ariaValueMax: '100',
      ariaValueNow: '100',
    });
    this.#listen();
    new ResizeObserver(() => this.#build()).observe(this.#root);
    for (const query of media) matchMedia(query).addEventListener('change', () => this.#build());
  }

  /** Shows a period. */
  show(past: Past | undefined, locale: Locale): void {
    this.#data = past && chartOf(past);
    this.#locale = locale;
    this.#chosen = undefined;
    this.#setZoom(undefined);
    this.#build();
  }

  /** Shows newer data of the same period. Cheap enough for each second. */
  update(past: Past): void {
    this.#data = chartOf(past);
    if (this.#zoom && this.#zoom.to <= this.#data.from) this.#setZoom(undefined);
    if (this.#plot) this.#draw();
    else this.#build();
  }

  /** Shows the whole period. */
  unzoom(): void {
    this.#setZoom(undefined);
    this.#draw();
  }

  focus(): void {
    this.#root.focus();
  }

  #listen(): void {
    const root = this.#root;
    root.addEventListener('focus', () => root.matches(':focus-visible') && this.#choose(Number.POSITIVE_INFINITY));
    root.addEventListener('blur', () => this.#leave());
    root.addEventListener('keydown', (event) => {
      const by = moves[event.key];
      if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#choose(by);
    });
    for (const event of ['pointerdown', 'pointermove'] as const) {
      root.addEventListener(event, ({ pointerType, clientX }) => {
        this.#chosen = undefined;
        // uPlot follows the mouse by itself.
        if (pointerType === 'touch') this.#plot?.setCursor({ left: clientX - this.#plot.rect.left, top: 0 });
      });
    }
    // Lifting a finger is no reason to hide what it has found.
    document.addEventListener('pointerdown', ({ target }) => {
      if (!(target instanceof Node && root.contains(target))) this.#leave();
    });
  }

  #build(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    const { formats, messages } = this.#locale;
    this.#root.ariaLabel = messages.chart;
    const { clientWidth: width, clientHeight: height } = this.#root;
    // A hidden element has no size.
    if (!this.#data || width === 0 || height === 0) return;
    const { fontSize, fontFamily: family } = getComputedStyle(this.#root);
    const look = { width, height, em: Number.parseFloat(fontSize), family, colors: readColors(this.#root) };
    const hooks = { setCursor: [() => this.#read()], setSelect: [() => this.#zoomIn()] };
    this.#plot = new uPlot({ ...optionsFor(this.#data, look, formats), hooks }, linesOf(this.#data), this.#root);
    this.#plot.over.append(this.#mark);
    this.#draw();
  }

  #draw(): void {
    const [plot, data] = [this.#plot, this.#data];
    if (!plot || !data) return;
    const { from, to } = this.#zoom ?? data;
    plot.batch(() => {
      plot.setData(linesOf(data), false);
      plot.setScale('x', { min: from, max: to });
    });
    if (this.#chosen !== undefined) plot.setCursor({ left: plot.valToPos(this.#chosen, 'x'), top: 0 });
  }

  #choose(by: number): void {
    const { times, values } = this.#data ?? { times: [], values: [] };
    const shown = this.#plot?.series[0]?.idxs ?? [0, values.length - 1];
    const before = times.indexOf(this.#chosen ?? Number.NaN);
    const index = knownFrom(values, before < 0 ? shown[1] : before, by, shown);
    if (index === undefined || !this.#data) return;
    this.#chosen = times[index];
    this.#root.ariaValueNow = String(Math.round((100 * index) / Math.max(1, values.length - 1)));
    this.#root.ariaValueText = this.#data.describe(index, this.#locale, Date.now());
    this.#draw();
  }

  #leave(): void {
    this.#chosen = undefined;
    this.#plot?.setCursor(outside);
  }

  /** Shows time and value at the cursor. */
  #read(): void {
    const [plot, data] = [this.#plot, this.#data];
    const index = plot?.cursor.idxs?.[1] ?? undefined;
    this.#root.classList.toggle('chart-pointed', index !== undefined);
    if (!plot || !data || index === undefined) return;
    const x = plot.valToPos(data.times[index] ?? 0, 'x');
    const y = plot.valToPos(data.values[index] ?? 0, 'y');
    this.#mark.style.translate = `${x}px ${y}px`;
    this.#tooltip.textContent = data.describe(index, this.#locale, Date.now());
    const { offsetWidth: width, offsetHeight: height } = this.#tooltip;
    const gap = this.#mark.offsetHeight;
    const left = x + plot.over.offsetLeft - width / 2;
    const above = y + plot.over.offsetTop - height - gap;
    const below = Math.min(y + plot.over.offsetTop + gap, this.#root.clientHeight - height);
    this.#tooltip.style.translate = `${Math.max(0, Math.min(left, this.#root.clientWidth - width))}px ${above < 0 ? below : above}px`;
  }

  #zoomIn(): void {
    const [plot, data] = [this.#plot, this.#data];
    if (!plot || !data) return;
    const { left, width } = plot.select;
    plot.setSelect(nothing, false);
    const [first, last] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
    const missing = Math.max(0, data.leastMs - (last - first)) / 2;
    this.#setZoom({ from: Math.max(data.from, first - missing), to: Math.min(data.to, last + missing) });
    this.#draw();
  }

  #setZoom(zoom: { from: number; to: number } | undefined): void {
    this.#zoom = zoom;
    this.#onZoom(zoom !== undefined);
  }
}

function linesOf({ times, values, band }: ChartData): uPlot.AlignedData {
  return [times, values, ...(band ? [band.highest, band.lowest] : [])];
}

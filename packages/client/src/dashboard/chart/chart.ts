import type { History, RangeHistory } from '@live-visitors/shared';
import type { Scale } from './axes.ts';
import { readColors } from './colors.ts';
import { type ChartData, chartDay, chartRecent, describePoint, type Labels, nearestValue } from './data.ts';
import { paint } from './paint.ts';
import { followPointer, type PointedAt } from './pointer.ts';
import './chart.css';

/** How near the pointer must be to a value. */
const reachPx = 12;

/**
 * Draws who was here before into an element, as large as that is. The style sheet of the element sets the font, and the
 * colours as `--live`, `--line`, `--muted`, `--ink` and `--ground`. Screen readers skip the chart: it needs a summary.
 */
export class Chart {
  readonly #root = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  readonly #refreshPointer: () => void;
  #labels: Labels;
  #colors: ReturnType<typeof readColors>;
  #data: ChartData | undefined;
  #scale: Scale | undefined;

  constructor(container: HTMLElement, labels: Labels) {
    this.#root.className = 'chart-frame';
    this.#root.ariaHidden = 'true';
    this.#root.append(this.#canvas);
    container.append(this.#root);
    this.#labels = labels;
    this.#colors = readColors(this.#root);
    this.#refreshPointer = followPointer(this.#root, this.#canvas, (x) => this.#pointAt(x));
    new ResizeObserver(() => this.#draw()).observe(this.#root);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#recolor());
  }

  /** Shows the last ten minutes. Cheap enough for each second. */
  showRecent(history: History | undefined): void {
    this.#data = chartRecent(history, Date.now());
    this.#draw();
  }

  /** Shows the last 24 hours. */
  showDay(minutes: RangeHistory['series'] | undefined): void {
    this.#data = chartDay(minutes, Date.now());
    this.#draw();
  }

  setLabels(labels: Labels): void {
    this.#labels = labels;
    this.#draw();
  }

  #pointAt(x: number): PointedAt | undefined {
    if (!this.#data || !this.#scale) return undefined;
    const time = this.#scale.timeAt(x);
    const index = nearestValue(this.#data, time, this.#scale.timeAt(x + reachPx) - time);
    if (index === undefined) return undefined;
    const { times, values } = this.#data;
    const text = describePoint(this.#data, index, this.#labels);
    return { x: this.#scale.x(times[index] ?? 0), y: this.#scale.y(values[index] ?? 0), text };
  }

  #draw(): void {
    const context = this.#canvas.getContext('2d');
    const { clientWidth: width, clientHeight: height } = this.#root;
    // A hidden element has no size.
    if (!this.#data || !context || width === 0 || height === 0) return;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    context.scale(devicePixelRatio, devicePixelRatio);
    const { fontSize, fontFamily } = getComputedStyle(this.#root);
    this.#scale = paint(context, {
      data: this.#data,
      colors: this.#colors,
      labels: this.#labels,
      size: { width, height },
      font: { sizePx: Number.parseFloat(fontSize), family: fontFamily },
    });
    this.#refreshPointer();
  }

  #recolor(): void {
    this.#colors = readColors(this.#root);
    this.#draw();
  }
}

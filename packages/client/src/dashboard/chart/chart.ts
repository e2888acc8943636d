import type { DayHistory, History } from '@live-visitors/shared';
import type { Scale } from './axes.ts';
import { readColors } from './colors.ts';
import { nearestValue, type PlotData, plotDay, plotRecent } from './data.ts';
import { createLabels, describePoint } from './labels.ts';
import { paint } from './paint.ts';
import { followPointer, type PointedAt } from './pointer.ts';
import './chart.css';

/** `locale` is a BCP 47 tag, for times of day. */
export type PlotOptions = { locale: string; formatCount: (n: number) => string };

export type Plot = {
  /** Shows the last ten minutes. Cheap enough for each second. */
  showRecent(history: History | undefined): void;
  /** Shows the last 24 hours. */
  showDay(minutes: DayHistory['minutes'] | undefined): void;
  /** Also reads the colours anew. */
  setOptions(options: PlotOptions): void;
};

/** The pointer is on a value that is so near. */
const reachPx = 12;

/**
 * Draws who was here into an element, as large as that is. Its style sheet gives the font, and the colours as `--live`,
 * `--line`, `--muted`, `--ink` and `--ground`.
 *
 * It is there as long as the page. To those who cannot see it the plot says nothing: the page has to.
 */
export function createPlot(container: HTMLElement, options: PlotOptions): Plot {
  const root = document.createElement('div');
  root.className = 'plot';
  root.ariaHidden = 'true';
  const canvas = document.createElement('canvas');
  root.append(canvas);
  container.append(root);

  let labels = createLabels(options.locale, options.formatCount);
  let colors = readColors(root);
  let data: PlotData | undefined;
  let scale: Scale | undefined;
  const refreshPointer = followPointer(root, canvas, pointAt);

  function pointAt(x: number): PointedAt | undefined {
    if (!data || !scale) return undefined;
    const time = scale.timeAt(x);
    const index = nearestValue(data, time, scale.timeAt(x + reachPx) - time);
    if (index === undefined) return undefined;
    const { times, values } = data;
    const text = describePoint(data, index, labels);
    return { x: scale.x(times[index] ?? 0), y: scale.y(values[index] ?? 0), text };
  }

  function draw(): void {
    const context = canvas.getContext('2d');
    const { clientWidth: width, clientHeight: height } = root;
    // While the element is hidden there is no subscription to draw in.
    if (!data || !context || width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const { fontSize, fontFamily } = getComputedStyle(root);
    const font = { sizePx: Number.parseFloat(fontSize), family: fontFamily };
    scale = paint(context, { data, colors, labels, size: { width, height }, font });
    refreshPointer();
  }

  function recolor(): void {
    colors = readColors(root);
    draw();
  }

  new ResizeObserver(draw).observe(root);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor);

  return {
    showRecent(history) {
      data = plotRecent(history, Date.now());
      draw();
    },
    showDay(minutes) {
      data = plotDay(minutes, Date.now());
      draw();
    },
    setOptions({ locale, formatCount }) {
      labels = createLabels(locale, formatCount);
      recolor();
    },
  };
}

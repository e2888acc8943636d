import type { ChartColors } from './colors.ts';
import { type ChartData, type Labels, timeTicks } from './data.ts';

/** All that the chart is painted from. Lengths are in CSS pixels. */
export type Scene = {
  data: ChartData;
  colors: ChartColors;
  labels: Labels;
  size: { width: number; height: number };
  font: { sizePx: number; family: string };
};

/** Converts times and values to CSS pixels from the corner of the chart, and a place back to its time. */
export type Scale = { x: (time: number) => number; y: (value: number) => number; timeAt: (x: number) => number };

type Context = CanvasRenderingContext2D;

/** From an axis to its labels. */
const labelGapPx = 8;

/** The least gap between two labels of the time axis. */
const timeGapPx = 36;
const maxTimeTicks = 6;

/** Leaves space for the labels of the axes, in the font of the context. */
export function scaleFor(context: Context, { data, labels, size, font }: Scene): Scale {
  const left = Math.ceil(widest(context, data.valueTicks.map(labels.count))) + labelGapPx;
  const right = size.width - labelGapPx;
  const top = font.sizePx / 2;
  const bottom = size.height - font.sizePx - 2 * labelGapPx;
  const perMs = (right - left) / (data.to - data.from);
  const perValue = (bottom - top) / (data.valueTicks.at(-1) ?? 1);
  return {
    x: (time) => left + (time - data.from) * perMs,
    y: (value) => bottom - value * perValue,
    timeAt: (x) => data.from + (x - left) / perMs,
  };
}

/** Horizontal lines, with their labels to the left. */
export function paintValueAxis(context: Context, { data, colors, labels }: Scene, { x, y }: Scale): void {
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.strokeStyle = colors.grid;
  context.fillStyle = colors.label;
  context.lineWidth = 1;
  for (const tick of data.valueTicks) {
    // A line is sharp in the middle of a pixel.
    const level = Math.round(y(tick)) + 0.5;
    context.fillText(labels.count(tick), x(data.from) - labelGapPx, level);
    context.beginPath();
    context.moveTo(x(data.from), level);
    context.lineTo(x(data.to), level);
    context.stroke();
  }
}

/** Times of day. Labels that would be cut off are left out. */
export function paintTimeAxis(context: Context, { data, labels }: Scene, { x, y }: Scale): void {
  const { from, to } = data;
  const labelPx = widest(context, [labels.minute(to)]);
  const fitting = Math.floor((x(to) - x(from)) / (labelPx + timeGapPx));
  const reachPx = Math.max(0, labelPx / 2 - labelGapPx);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const time of timeTicks(from, to, Math.min(fitting, maxTimeTicks), minuteOfDay)) {
    if (x(time) < x(from) + reachPx || x(time) > x(to) - reachPx) continue;
    context.fillText(labels.minute(time), x(time), y(0) + labelGapPx);
  }
}

function minuteOfDay(time: number): number {
  const date = new Date(time);
  return date.getHours() * 60 + date.getMinutes();
}

function widest(context: Context, labels: readonly string[]): number {
  return Math.max(0, ...labels.map((label) => context.measureText(label).width));
}

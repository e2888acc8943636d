import type { PlotColors } from './colors.ts';
import { type PlotData, timeTicks } from './data.ts';
import type { Labels } from './labels.ts';

/** What a plot is painted from. Lengths are CSS pixels. */
export type Scene = {
  data: PlotData;
  colors: PlotColors;
  labels: Labels;
  size: { width: number; height: number };
  font: { sizePx: number; family: string };
};

/** Where a time and a value are, in CSS pixels from the corner of the plot, and what time is at one of them. */
export type Scale = { x: (time: number) => number; y: (value: number) => number; timeAt: (x: number) => number };

type Context = CanvasRenderingContext2D;

/** Between an axis and its labels. */
const labelGapPx = 8;

/** Between one label of the axis of time and the next, at least. */
const timeGapPx = 36;
const maxTimeTicks = 6;

/** Leaves room for the labels of the axes, in the font that the context has. */
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

/** The values as level lines, with their labels to the left. */
export function paintValueAxis(context: Context, { data, colors, labels }: Scene, { x, y }: Scale): void {
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.strokeStyle = colors.grid;
  context.fillStyle = colors.label;
  context.lineWidth = 1;
  for (const tick of data.valueTicks) {
    // In the middle of a pixel, where a line is sharp.
    const level = Math.round(y(tick)) + 0.5;
    context.fillText(labels.count(tick), x(data.from) - labelGapPx, level);
    context.beginPath();
    context.moveTo(x(data.from), level);
    context.lineTo(x(data.to), level);
    context.stroke();
  }
}

/** Times of day. No label is cut off: none reaches further beyond the end of the axis than there is room for. */
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

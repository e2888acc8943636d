import { paintTimeAxis, paintValueAxis, type Scale, type Scene, scaleFor } from './axes.ts';
import { type ChartData, loneValues } from './data.ts';

type Context = CanvasRenderingContext2D;

const dotPx = { radius: 3.5, halo: 6.5 };

/** Paints the last minutes as steps above a fading fill, and a day as a line within a band. */
export function paint(context: Context, scene: Scene): Scale {
  const { data, colors, size, font } = scene;
  context.clearRect(0, 0, size.width, size.height);
  context.font = `${font.sizePx}px ${font.family}`;
  const scale = scaleFor(context, scene);
  paintValueAxis(context, scene, scale);
  paintTimeAxis(context, scene, scale);

  context.lineJoin = 'round';
  context.strokeStyle = colors.line;
  if (data.range) paintDay(context, data.range, scene, scale);
  else paintSteps(context, scene, scale);
  const newest = data.range ? -1 : data.values.findLastIndex((value) => value !== null);
  for (const index of [...loneValues(data.values), newest]) paintDot(context, scene, scale, index);
  return scale;
}

/** A number of visitors holds until the next tick. */
function paintSteps(context: Context, { data: { times, values }, colors }: Scene, { x, y }: Scale): void {
  const fill = context.createLinearGradient(0, y(Math.max(1, ...values.map(Number))), 0, y(0));
  fill.addColorStop(0, colors.fillTop);
  fill.addColorStop(1, colors.fillBottom);
  context.fillStyle = fill;
  context.lineWidth = 2;
  for (const [first, last] of runs(values)) {
    const line = new Path2D();
    for (let index = first; index <= last; index++) {
      const at = x(times[index] ?? 0);
      if (index > first) line.lineTo(at, y(values[index - 1] ?? 0));
      line.lineTo(at, y(values[index] ?? 0));
    }
    const area = new Path2D(line);
    area.lineTo(x(times[last] ?? 0), y(0));
    area.lineTo(x(times[first] ?? 0), y(0));
    context.fill(area);
    context.stroke(line);
  }
}

function paintDay(
  context: Context,
  { lowest, highest }: NonNullable<ChartData['range']>,
  { data: { times, values }, colors }: Scene,
  { x, y }: Scale,
): void {
  context.fillStyle = colors.band;
  context.lineWidth = 1.5;
  for (const [first, last] of runs(values)) {
    const band = new Path2D();
    const mean = new Path2D();
    for (let index = first; index <= last; index++) {
      const at = x(times[index] ?? 0);
      band.lineTo(at, y(highest[index] ?? 0));
      mean.lineTo(at, y(values[index] ?? 0));
    }
    for (let index = last; index >= first; index--) band.lineTo(x(times[index] ?? 0), y(lowest[index] ?? 0));
    context.fill(band);
    context.stroke(mean);
  }
}

function paintDot(context: Context, { data: { times, values }, colors }: Scene, { x, y }: Scale, index: number): void {
  const value = values[index] ?? null;
  if (value === null) return;
  for (const [radius, color] of [
    [dotPx.halo, colors.halo],
    [dotPx.radius, colors.line],
  ] as const) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x(times[index] ?? 0), y(value), radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** The first and the last index of each part of a line without a gap. */
export function runs(values: readonly (number | null)[]): [first: number, last: number][] {
  const found: [first: number, last: number][] = [];
  values.forEach((value, index) => {
    const latest = found.at(-1);
    if (value === null) return;
    if (latest && latest[1] === index - 1) latest[1] = index;
    else found.push([index, index]);
  });
  return found;
}

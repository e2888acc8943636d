import uPlot from 'uplot';
import type { Formats } from '../formats.ts';
import { type ChartData, dotsOf } from './data.ts';
import type { Look } from './look.ts';
import { beginsStep, dayMs, hourMs, timeSteps, timeTicks, valueTicks } from './ticks.ts';

/** How far the value axis reaches above the highest value: a line at the very top looks like a frame. */
const headroom = 1.1;

const maxTimeTicks = 8;

/** How near the pointer must be to a value, and how far it must be dragged to zoom. */
const reachPx = 12;

/** Draws the last minutes as steps above a fill, and a range of history as a line within a band. */
export function optionsFor(data: ChartData, look: Look, formats: Formats): uPlot.Options {
  const { width, height, em, colors } = look;
  const isRange = data.lines.length > 2;
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const line: uPlot.Series = {
    stroke: colors.line,
    width: em / 7,
    ...(!isRange && stepped && { paths: stepped, fill: colors.fill }),
    points: {
      filter: ({ data: [, values = []] }) => dotsOf(values),
      size: em,
      width: em * 0.45,
      fill: colors.line,
      stroke: colors.halo,
    },
  };
  const edge = { width: 0, points: { show: false } };
  return {
    width,
    height,
    ms: 1,
    padding: [em / 2, em / 2, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      hover: { prox: reachPx, skip: [null] },
      drag: { setScale: false, dist: reachPx },
      // A double click would show what uPlot takes for all.
      bind: { dblclick: () => null },
    },
    scales: {
      x: { range: (_, min, max) => [min, max] },
      y: { range: (_, _min, max) => [0, valueTicks(Math.max(1, max) * headroom).at(-1) ?? 1] },
    },
    axes: axesFor(look, formats),
    series: isRange ? [{}, line, edge, edge] : [{}, line],
    bands: isRange ? [{ series: [2, 3], fill: colors.fill }] : [],
  };
}

/** The axes, with as many labels as there is space for. */
function axesFor({ em, family, width, colors }: Look, { count, shortSecond, minute, date }: Formats): uPlot.Axis[] {
  const font = `${em}px ${family}`;
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = font;
  const widthOf = (text: string) => context?.measureText(text).width ?? 0;
  const shared = { font, stroke: colors.label, gap: em / 2, ticks: { show: false } };

  function label(at: number, stepMs: number): string {
    if (stepMs >= dayMs || (stepMs >= hourMs && beginsStep(at, dayMs))) return date(at);
    return stepMs < 60_000 ? shortSecond(at) : minute(at);
  }

  return [
    {
      ...shared,
      size: 2 * em,
      grid: { show: false },
      incrs: timeSteps,
      // Just before its end, no day begins.
      space: (_, _axis, from, to, length) =>
        Math.max(widthOf(label(to - 1, (to - from) / 4)) + em, length / maxTimeTicks),
      splits: (_, _axis, from, to, stepMs) => timeTicks(from, to, stepMs),
      // Labels that would be cut off are left out.
      filter: (chart, ticks, _axis, _space, stepMs) =>
        ticks.map((at) => {
          const half = widthOf(label(at, stepMs)) / 2;
          const x = chart.bbox.left / uPlot.pxRatio + chart.valToPos(at, 'x');
          return half <= x && x + half <= width ? at : null;
        }),
      values: (_, ticks, _axis, _space, stepMs) => ticks.map((at) => (at === null ? '' : label(at, stepMs))),
    },
    {
      ...shared,
      size: (_, labels) => Math.ceil(Math.max(0, ...(labels ?? []).map(widthOf))) + em / 2,
      grid: { stroke: colors.grid, width: em / 13 },
      splits: (_, _axis, _from, highest) => valueTicks(highest),
      values: (_, ticks) => ticks.map(count),
    },
  ];
}

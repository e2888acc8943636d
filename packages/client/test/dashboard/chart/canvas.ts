import { vi } from 'vitest';
import type { Scene } from '../../../src/dashboard/chart/axes.ts';
import type { ChartData } from '../../../src/dashboard/chart/data.ts';
import { createFormats } from '../../../src/dashboard/formats.ts';

type Point = [x: number, y: number];
type Dot = { x: number; y: number; radius: number };

/** The part of `Path2D` that the chart uses; Node has none. */
class KeptPath {
  readonly points: Point[];

  constructor(path?: KeptPath) {
    this.points = [...(path?.points ?? [])];
  }

  lineTo(x: number, y: number): void {
    this.points.push([x, y]);
  }
}

/** The width of every character in every font. */
export const characterPx = 6;

/** A canvas context that records what is painted, and how. */
export function createCanvas() {
  vi.stubGlobal('Path2D', KeptPath);
  const texts: { text: string; x: number; y: number; align: string; baseline: string; color: unknown }[] = [];
  const lines: { points: Point[]; color: unknown; width: number; join: string }[] = [];
  const areas: { points: Point[]; color: unknown }[] = [];
  const dots: (Dot & { color: unknown })[] = [];
  const cleared: number[][] = [];
  let points: Point[] = [];
  let arcs: Dot[] = [];

  const context = {
    font: '',
    textAlign: '',
    textBaseline: '',
    strokeStyle: '',
    fillStyle: '' as unknown,
    lineWidth: 0,
    lineJoin: '',
    measureText: (text: string) => ({ width: text.length * characterPx }),
    clearRect: (...area: number[]) => cleared.push(area),
    fillText(text: string, x: number, y: number) {
      texts.push({ text, x, y, align: this.textAlign, baseline: this.textBaseline, color: this.fillStyle });
    },
    beginPath() {
      points = [];
      arcs = [];
    },
    moveTo: (x: number, y: number) => points.push([x, y]),
    lineTo: (x: number, y: number) => points.push([x, y]),
    arc: (x: number, y: number, radius: number) => arcs.push({ x, y, radius }),
    stroke(path?: KeptPath) {
      lines.push({
        points: path?.points ?? points,
        color: this.strokeStyle,
        width: this.lineWidth,
        join: this.lineJoin,
      });
    },
    fill(path?: KeptPath) {
      if (path) areas.push({ points: path.points, color: this.fillStyle });
      else dots.push(...arcs.map((dot) => ({ ...dot, color: this.fillStyle })));
    },
    createLinearGradient(_fromX: number, from: number, _toX: number, to: number) {
      const stops: [offset: number, color: string][] = [];
      return { from, to, stops, addColorStop: (offset: number, color: string) => stops.push([offset, color]) };
    },
  };
  // It has all of a context that the chart uses.
  return { context: context as unknown as CanvasRenderingContext2D, texts, lines, areas, dots, cleared };
}

/** What the chart is painted from, in a language with short times. */
export function sceneOf(data: ChartData, size = { width: 600, height: 200 }): Scene {
  return {
    data,
    colors: {
      line: 'line',
      halo: 'halo',
      fillTop: 'fillTop',
      fillBottom: 'fillBottom',
      band: 'band',
      grid: 'grid',
      label: 'label',
    },
    labels: createFormats('en-GB'),
    size,
    font: { sizePx: 12, family: 'system-ui' },
  };
}

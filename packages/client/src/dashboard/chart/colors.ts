/** The colours of the chart, in a form that canvas accepts. */
export type ChartColors = ReturnType<typeof readColors>;

/**
 * Reads the colours of the custom properties of an element.
 *
 * `getComputedStyle` returns a custom property as it was written, such as `light-dark(…)`, but resolves `color`.
 */
export function readColors(element: HTMLElement) {
  const probe = document.createElement('span');
  element.append(probe);
  const read = (name: string, percent: number) => {
    probe.style.color = `color-mix(in srgb, var(${name}) ${percent}%, transparent)`;
    return getComputedStyle(probe).color;
  };
  const colors = {
    line: read('--live', 100),
    halo: read('--live', 24),
    fill: read('--live', 20),
    grid: read('--line', 100),
    label: read('--muted', 100),
  };
  probe.remove();
  return colors;
}

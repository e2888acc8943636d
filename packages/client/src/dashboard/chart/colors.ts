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

  function read(color: string): string {
    probe.style.color = color;
    return getComputedStyle(probe).color;
  }

  const clear = (name: string, percent: number) => read(`color-mix(in srgb, var(${name}) ${percent}%, transparent)`);

  const colors = {
    line: read('var(--live)'),
    halo: clear('--live', 24),
    fillTop: clear('--live', 26),
    fillBottom: clear('--live', 2),
    band: clear('--live', 20),
    grid: read('var(--line)'),
    label: read('var(--muted)'),
  };
  probe.remove();
  return colors;
}

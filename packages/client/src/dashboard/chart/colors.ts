/** The colours of a plot, as a canvas takes them. */
export type PlotColors = ReturnType<typeof readColors>;

/**
 * Reads the colours that the custom properties of an element's style sheet stand for.
 *
 * A custom property is handed out as it was written, `light-dark(…)` and all. As the `color` of an element it is worked out.
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

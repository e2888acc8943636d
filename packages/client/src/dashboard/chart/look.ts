/** How a chart looks. Lengths are in CSS pixels, and grow with the font; colours are in a form that canvas accepts. */
export type Look = ReturnType<typeof readLook>;

/**
 * Reads the size and the font of an element, and the colours of its custom properties.
 *
 * `getComputedStyle` returns a custom property as it was written, such as `light-dark(…)`, but resolves `color`.
 */
export function readLook(element: HTMLElement) {
  const style = getComputedStyle(element);
  const read = (name: string, percent: number) => {
    element.style.color = `color-mix(in srgb, var(${name}) ${percent}%, transparent)`;
    return style.color;
  };
  const colors = {
    line: read('--live', 100),
    halo: read('--live', 24),
    fill: read('--live', 20),
    grid: read('--line', 100),
    label: read('--muted', 100),
  };
  element.style.color = '';
  const { clientWidth: width, clientHeight: height } = element;
  // For the pixel ratio of the screen, uPlot multiplies only the last whole number in the size of a font.
  return { width, height, em: Math.round(Number.parseFloat(style.fontSize)), family: style.fontFamily, colors };
}

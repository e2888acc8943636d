/** A point of the plot, in CSS pixels from the corner of the plot's element, and what is to be said of it. */
export type PointedAt = { x: number; y: number; text: string };

const gapPx = 12;

/**
 * Shows a mark and a tooltip at the point that the mouse, pen or finger is on.
 *
 * @param root - what the tooltip must stay inside of
 * @param area - where the pointer counts
 * @param pointAt - what is at so many CSS pixels from the left edge of `area`
 * @returns what looks again at what is under the pointer, if there is one: to be called when the plot has moved
 */
export function followPointer(
  root: HTMLElement,
  area: HTMLElement,
  pointAt: (x: number) => PointedAt | undefined,
): () => void {
  const mark = document.createElement('div');
  mark.className = 'plot-mark';
  const tooltip = document.createElement('div');
  tooltip.className = 'plot-tooltip';
  root.append(mark, tooltip);
  let clientX: number | undefined;

  function refresh(): void {
    const point = clientX === undefined ? undefined : pointAt(clientX - area.getBoundingClientRect().left);
    root.classList.toggle('plot-pointed', point !== undefined);
    if (point === undefined) return;
    const { x, y, text } = point;
    mark.style.translate = `${x}px ${y}px`;
    tooltip.textContent = text;
    const { offsetWidth: width, offsetHeight: height } = tooltip;
    const left = Math.max(0, Math.min(x - width / 2, root.clientWidth - width));
    const above = y - height - gapPx;
    tooltip.style.translate = `${left}px ${above < 0 ? y + gapPx : above}px`;
  }

  function point(event: PointerEvent): void {
    clientX = event.clientX;
    refresh();
  }

  function forget(): void {
    clientX = undefined;
    refresh();
  }

  area.addEventListener('pointerdown', point);
  area.addEventListener('pointermove', point);
  area.addEventListener('pointercancel', forget);
  // A finger leaves when it is lifted. What it tapped on can be read until it taps elsewhere.
  area.addEventListener('pointerleave', (event) => event.pointerType === 'touch' || forget());
  document.addEventListener('pointerdown', ({ target }) => target !== area && forget());

  return refresh;
}

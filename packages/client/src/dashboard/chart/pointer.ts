/** A point of the chart, in CSS pixels from the corner of its element, and its tooltip. */
export type PointedAt = { x: number; y: number; text: string };

const gapPx = 12;

/**
 * Shows a mark and a tooltip at the point under the mouse, pen or finger.
 *
 * @param root - the tooltip stays inside it
 * @param area - follows the pointer inside it
 * @param pointAt - finds the point at a distance from the left edge of `area`, in CSS pixels
 * @returns updates mark and tooltip: to be called when the chart has changed
 */
export function followPointer(
  root: HTMLElement,
  area: HTMLElement,
  pointAt: (x: number) => PointedAt | undefined,
): () => void {
  const mark = document.createElement('div');
  mark.className = 'chart-mark';
  const tooltip = document.createElement('div');
  tooltip.className = 'chart-tooltip';
  root.append(mark, tooltip);
  let clientX: number | undefined;

  function refresh(): void {
    const point = clientX === undefined ? undefined : pointAt(clientX - area.getBoundingClientRect().left);
    root.classList.toggle('chart-pointed', point !== undefined);
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
  // Lifting a finger is a leave too. The tooltip stays until the reader taps elsewhere.
  area.addEventListener('pointerleave', (event) => event.pointerType === 'touch' || forget());
  document.addEventListener('pointerdown', ({ target }) => target !== area && forget());

  return refresh;
}

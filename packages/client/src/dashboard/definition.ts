import { find } from './dom.ts';

/** Lets Escape put the definition away without moving the pointer or the focus (WCAG 2.2 §1.4.13). The style sheet shows it. */
export function makeDefinitionDismissible(): void {
  const element = find('.browsers');
  const setDismissed = (dismissed: boolean) => element.classList.toggle('dismissed', dismissed);
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && setDismissed(true));
  for (const event of ['pointerenter', 'focusin', 'click']) element.addEventListener(event, () => setDismissed(false));
}

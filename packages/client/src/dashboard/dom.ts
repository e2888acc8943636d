/** Finds what `index.html` must have. */
export function find(selector: string): HTMLElement {
  return findAs(HTMLElement, selector);
}

export function findAs<Kind extends Element>(kind: new () => Kind, selector: string): Kind {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`index.html must have a ${kind.name} that matches ${selector}`);
  return element;
}

/** Leaves alone what is the same, so that nothing is announced twice. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

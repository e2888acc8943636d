import axe from 'axe-core';
import type { Page } from 'puppeteer-core';

export const viewports = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
};

export const themes = ['light', 'dark'] as const;

/** WCAG 2.2 §2.5.5 has 44 CSS pixels for a finger. */
const fingerPx = 44;

/**
 * Looks at a page in every theme, on a phone and on a laptop. Gives what is wrong with it, in words.
 *
 * @param within - does each step while the page is in the state that it is to be looked at in
 */
export async function auditEverywhere(
  page: Page,
  within: <Result>(step: () => Promise<Result>) => Promise<Result>,
): Promise<string[]> {
  const findings: string[] = [];
  // What is under the pointer may show more than it does by itself.
  await page.mouse.move(0, 0);
  for (const [name, viewport] of Object.entries(viewports)) {
    await page.setViewport(viewport);
    const layout = await within(() => page.evaluate(findLayoutFaults, name === 'phone' ? fingerPx : 0));
    findings.push(...layout.map((fault) => `${name}: ${fault}`));
    for (const theme of themes) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      findings.push(...(await within(() => findAccessFaults(page))).map((fault) => `${name}, ${theme}: ${fault}`));
    }
  }
  return findings;
}

async function findAccessFaults(page: Page): Promise<string[]> {
  // What is evaluated through the browser's own protocol is not subject to the page's CSP.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const plain = new CSSStyleSheet();
    // On a gradient, or under something that moves, axe cannot tell a contrast; while colours change it tells a wrong one.
    plain.replaceSync(
      '*::before { content: none !important } * { animation: none !important; transition: none !important }',
    );
    document.adoptedStyleSheets = [plain];
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations, incomplete } = await axe.run(document, { resultTypes: ['violations', 'incomplete'] });
    document.adoptedStyleSheets = [];
    const unsure = incomplete.filter(({ id }) => id === 'color-contrast');
    return [...violations, ...unsure].flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary, any }) => `${id}: ${html} ${failureSummary} ${any[0]?.message}`),
    );
  });
}

/** Runs in the page. */
function findLayoutFaults(fingerPx: number): string[] {
  const faults: string[] = [];
  const root = document.documentElement;
  const isInside = ({ left, right, top, bottom }: DOMRect) =>
    left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth - innerWidth} px too wide`);

  const dialog = document.querySelector('dialog[open]');
  const shown = dialog ?? document;
  for (const element of [dialog, dialog ? null : document.querySelector('.online')]) {
    if (element && !isInside(element.getBoundingClientRect())) faults.push(`${element.className} is not in the window`);
  }
  for (const element of shown.querySelectorAll<HTMLElement>('a, button, select, label, p, dt, dd, h1, h2, pre, code')) {
    if (element.matches('.unseen') || !element.checkVisibility({ visibilityProperty: true })) continue;
    const { left, right, height } = element.getBoundingClientRect();
    const name = element.outerHTML.slice(0, 90);
    if (left < 0 || right > innerWidth) faults.push(`beyond the edge: ${name}`);
    if (!element.matches('a, button, select, dt, dd, h1, h2, pre')) continue;
    if (element.scrollWidth > element.clientWidth + 1) faults.push(`cut off: ${name}`);
    if (element.matches('a, button, select') && height < fingerPx) faults.push(`${height} px high: ${name}`);
  }
  return faults;
}

/** How much an element's colour stands out from the page's ground (WCAG 2.2, contrast ratio). */
export async function contrastOf(page: Page, selector: string): Promise<number> {
  return page.$eval(selector, (element) => {
    const read = (color: string) => {
      const context = new OffscreenCanvas(1, 1).getContext('2d');
      if (!context) throw new Error('this browser cannot draw');
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => {
        const share = byte / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ink = read(getComputedStyle(element).color);
    const ground = read(getComputedStyle(document.body).backgroundColor);
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
  });
}

import type { Page } from 'puppeteer-core';

/** Why the page was loaded and not taken from the back/forward cache, as Chromium tells it. */
export const whyLoaded = (page: Page): Promise<(string | undefined)[]> =>
  page.evaluate(() => {
    // TypeScript does not know `notRestoredReasons` (HTML Standard §7.3.2).
    const [entry] = performance.getEntriesByType('navigation') as unknown as {
      notRestoredReasons?: { reasons: { reason: string }[] };
    }[];
    return entry?.notRestoredReasons?.reasons.map(({ reason }) => reason) ?? [];
  });

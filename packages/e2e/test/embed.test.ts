import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { boxOf, launchChromium, openTab, type PuppeteerTab } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { startBuilt } from '../src/program.ts';
import { startSite } from '../src/site.ts';

// Any name but localhost makes plain HTTP no secure context, in which there is no clipboard.
const plainHost = 'visitors.test';

let browser: Browser;
let server: Awaited<ReturnType<typeof startBuilt>>;
let tab: PuppeteerTab;
beforeAll(async () => {
  browser = await launchChromium(`--host-resolver-rules=MAP ${plainHost} 127.0.0.1`);
});
beforeEach(async () => {
  server = await startBuilt();
  tab = await openDialog(server.url);
});
afterAll(() => browser.close());

async function openDialog(url: string): Promise<PuppeteerTab> {
  const logged: string[] = [];
  const opened = await openTab(browser, url, async (page) => {
    page.on('console', (message) => logged.push(message.text()));
  });
  onTestFinished(async () => {
    await opened.close();
    await server.kill();
    expect([...opened.problems, ...logged]).toEqual([]);
  });
  await eventually(async () => expect(await opened.connection()).toBe('live'));
  await opened.page.click('[data-opens="embed"]');
  return opened;
}

const isOpen = () => tab.page.$eval('dialog', ({ open }) => open);

/** What the preview shows. */
const preview = () =>
  tab.page.$eval('.preview live-visitors', ({ shadowRoot }) => shadowRoot?.textContent.replaceAll(/\s+/g, ' ').trim());

describe('the dialog with what to put on a site', () => {
  test.each([
    ['Escape', () => tab.page.keyboard.press('Escape')],
    ['its button', () => tab.page.click('.close')],
    ['a click beside it', () => tab.page.mouse.click(5, 5)],
  ])('is closed by %s, and the focus goes back', async (_, close) => {
    expect(await isOpen()).toBe(true);
    await close();
    expect(await isOpen()).toBe(false);
    expect(await tab.page.evaluate(() => document.activeElement?.getAttribute('data-opens'))).toBe('embed');
  });

  test('stays open when Enter is pressed in a field, or when what is in it is clicked', async () => {
    await tab.page.focus('[name="label"]');
    await tab.page.keyboard.press('Enter');
    await tab.page.click('.embed h2');
    expect(await isOpen()).toBe(true);
  });

  test('stays open when a selection is dragged out of it', async () => {
    const { x, y } = await boxOf(tab.page, '.snippet code');
    await tab.page.mouse.move(x + 20, y + 5);
    await tab.page.mouse.down();
    await tab.page.mouse.move(5, 5, { steps: 3 });
    await tab.page.mouse.up();
    expect(await isOpen()).toBe(true);
  });

  test('has the very element that it is about, which is no visitor and no stream more', async () => {
    const asked: string[] = [];
    tab.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await eventually(async () => expect(await preview()).toBe('1 visitor online'));
    await tab.page.click('[name="observe"]');
    const seconds = await tab.figure('visitorSeconds');
    await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(seconds + 2));
    expect(await tab.figure('online')).toBe(1);
    expect(await tab.figure('browsers')).toBe(1);
    expect(await tab.figure('visits')).toBe(1);
    expect(asked).not.toContain('/stream');
  });

  test('writes every choice into the HTML, and shows it', async () => {
    expect(await tab.text('.snippet code')).toBe(
      `<script src="${server.url}/widget.js" async></script>\n<live-visitors>&nbsp;</live-visitors>`,
    );
    await tab.page.select('[name="page"]', 'true');
    expect(await tab.text('.snippet code')).toContain('<live-visitors page>');
    await tab.page.type('[name="label"]', 'a "label" & <more>');
    await eventually(async () => expect(await preview()).toBe('1 a "label" & <more>'));
    await tab.page.select('[name="lang"]', 'es');
    await tab.page.select('[name="format"]', 'compact');
    await tab.page.click('[name="observe"]');
    expect(await tab.text('.snippet code')).toContain(
      '<live-visitors page label="a &quot;label&quot; &amp; &lt;more&gt;" lang="es" format="compact" observe>&nbsp;</live-visitors>',
    );
    await tab.page.$eval('[name="label"]', (field) => {
      (field as HTMLInputElement).value = '';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await eventually(async () => expect(await preview()).toMatch(/^[01] visitantes? en línea$/));
  });

  test('is on a page of its own only while its preview is seen', async () => {
    const isOnPage = () => tab.page.$eval('.preview live-visitors', (preview) => preview.hasAttribute('page'));
    await tab.page.select('[name="page"]', 'true');
    expect(await isOnPage()).toBe(true);
    await tab.page.keyboard.press('Escape');
    await eventually(async () => expect(await isOnPage()).toBe(false));
    await tab.page.click('[data-opens="embed"]');
    expect(await isOnPage()).toBe(true);
  });

  test('is HTML that does what it says', async () => {
    await tab.page.type('[name="label"]', 'here');
    const html = String(await tab.text('.snippet code'));
    const site = await startSite();
    const page = await browser.newPage();
    onTestFinished(async () => {
      await page.close();
      await site.stop();
    });
    await page.goto(site.publish(html));
    await eventually(async () => {
      expect(await page.$eval('live-visitors', ({ shadowRoot }) => shadowRoot?.textContent)).toBe('2 here');
    });
  });
});

describe('the button that copies', () => {
  test('copies, and says so for a while', async () => {
    await browser
      .defaultBrowserContext()
      .overridePermissions(server.url, ['clipboard-read', 'clipboard-sanitized-write']);
    await tab.page.evaluate(() => {
      const said: (string | null)[][] = [];
      Object.assign(window, { said });
      const elements = [...document.querySelectorAll('.copy, .copied')];
      const observer = new MutationObserver(() => said.push(elements.map(({ textContent }) => textContent)));
      for (const element of elements) observer.observe(element, { childList: true });
    });
    const said = () => tab.page.evaluate(() => (window as unknown as { said: (string | null)[][] }).said);
    await tab.page.click('.copy');
    await eventually(async () =>
      expect(await said()).toEqual([
        ['Copied', 'Copied'],
        ['Copy', ''],
      ]),
    );
    expect(await tab.page.evaluate(() => navigator.clipboard.readText())).toBe(await tab.text('.snippet code'));
  });

  test('selects what is to be copied where pages have no clipboard', async () => {
    tab = await openDialog(server.url.replace('localhost', plainHost));
    expect(await tab.page.evaluate(() => 'clipboard' in navigator)).toBe(false);
    await tab.page.click('.copy');
    await eventually(async () => expect(await tab.text('.copied')).toBe('Text selected. Copy it now.'));
    expect(await tab.page.evaluate(() => String(getSelection()))).toBe(await tab.text('.snippet code'));
  });
});

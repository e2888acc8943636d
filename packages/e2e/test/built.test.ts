import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { contrastOf } from '../src/audit.ts';
import { launchChromium, openTab } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { observe } from '../src/observer.ts';
import { makeDataDir, root, run, startBuilt } from '../src/program.ts';
import { describeTabs } from '../src/tabs.ts';

describeTabs('the built server', async () => {
  let server = await startBuilt();
  return {
    url: server.url,
    async restart() {
      server = await server.restart();
    },
    stop: () => server.kill(),
  };
});

describe('pnpm start', () => {
  test('serves page and stream on one port, and stops the server with it on SIGTERM', async () => {
    const program = run('pnpm', ['start'], { PORT: '0', DATA_DIR: makeDataDir() });
    onTestFinished(program.kill);
    const url = await program.printed(/"url":"([^"]+)"/);
    const page = await fetch(url);
    expect(page.headers.get('Cache-Control')).toBe('no-cache');
    const html = await page.text();
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(html)?.[1];
    const asset = await fetch(url + script);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    const stream = await fetch(`${url}/stream`);
    expect(stream.headers.get('Content-Type')).toBe('text/event-stream');

    program.child.kill('SIGTERM');
    expect(await stream.text()).toContain('event: farewell');
    await eventually(() => expect(program.isRunning()).toBe(false));
    expect(program.output()).toContain('"msg":"stopped"');
  });
});

const missing = process.getuid?.() === 0 && process.platform === 'linux' ? undefined : 'it takes root on Linux';
describe.skipIf(missing)(`the command that is documented${missing ? ` (${missing})` : ''}`, () => {
  test('runs from another folder, without a network and without a home folder', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, node = '', main = ''] = /^(\S+) (\S+main\.js) /m.exec(readme) ?? [];
    const folder = makeDataDir();
    const command = ['env', '-i', 'PATH=/usr/bin:/bin', 'PORT=0', join(root, node), join(root, main)];
    const script = `ip link set lo up; exec ${command.join(' ')}`;
    const program = run('unshare', ['--net', 'sh', '-c', script], {}, folder);
    onTestFinished(program.kill);
    await program.printed(/("msg":"listening")/);
    expect(existsSync(join(folder, 'data/live-visitors.db'))).toBe(true);
  });
});

test('each file of the build is sent in Brotli and gzip, smaller and with the same content', async () => {
  const server = await startBuilt();
  onTestFinished(server.kill);
  const files = globSync('**/*.*', { cwd: join(root, 'packages/server/dist/page') });
  expect(files).toEqual(
    expect.arrayContaining(['index.html', 'favicon.svg', 'widget.js', 'subscribe.js', 'subscribe.d.ts']),
  );
  for (const file of files) {
    const load = async (encoding: string) => {
      const response = await fetch(`${server.url}/${file}`, { headers: { 'Accept-Encoding': encoding } });
      const { headers } = response;
      return {
        encoding: headers.get('Content-Encoding'),
        type: headers.get('Content-Type'),
        caching: headers.get('Cache-Control'),
        length: Number(headers.get('Content-Length')),
        text: await response.text(),
      };
    };
    const { length, ...plain } = await load('identity');
    expect(plain.encoding).toBeNull();
    for (const encoding of ['br', 'gzip']) {
      const { length: compressedLength, ...compressed } = await load(encoding);
      expect(compressed, file).toEqual({ ...plain, encoding });
      expect(compressedLength, file).toBeLessThan(length);
    }
  }
});

describe('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function openPage() {
    const server = await startBuilt();
    const tab = await openTab(browser, server.url);
    onTestFinished(async () => {
      await tab.close();
      await server.kill();
    });
    await eventually(async () => expect(await tab.connection()).toBe('live'));
    return { server, tab };
  }

  test('shows every figure, and its plain integer for scripts', async () => {
    const { tab } = await openPage();
    await eventually(async () => expect(await tab.figure('visits')).toBe(1));
    expect(await tab.figure('online')).toBe(1);
    expect(await tab.figure('browsers')).toBe(1);
    expect(await tab.figure('peak')).toBe(1);
    await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(0));
    expect(await tab.text('.online-label')).toBe('visitor here right now');
    expect(await tab.text('.connection')).toBe('Live');
    expect(await tab.text('.age')).toBe('');
  });

  test('says so when the server falls silent, dims the number and says how old it is, until it speaks again', async () => {
    const { server, tab } = await openPage();
    const contrast = () => contrastOf(tab.page, '.online');
    server.signal('SIGSTOP');
    await eventually(async () => expect(await tab.connection()).toBe('stale'));
    await eventually(async () => expect(await tab.text('.age')).toMatch(/^\d+ s ago$/));
    await eventually(async () => expect(await contrast()).toBeLessThan(5));
    expect(await tab.text('.online-label')).toBe('visitor here');
    server.signal('SIGCONT');
    await eventually(async () => expect(await tab.connection()).toBe('live'));
    expect(await tab.text('.age')).toBe('');
    await eventually(async () => expect(await contrast()).toBeGreaterThan(15));
  });

  test('reconnects after a time in which something else answered with 503', async () => {
    const { server, tab } = await openPage();
    await tab.mark();
    await eventually(async () => expect(await tab.figure('visits')).toBe(1));
    await server.kill();
    await eventually(async () => expect(await tab.connection()).toBe('reconnecting'));

    let refused = 0;
    const proxy = createServer((_request, response) => {
      refused++;
      response.writeHead(503).end('Service Unavailable');
    }).listen(Number(server.port), '127.0.0.1');
    await eventually(() => expect(refused).toBeGreaterThan(2));
    expect(await tab.connection()).toBe('reconnecting');
    proxy.close();
    proxy.closeAllConnections();
    await once(proxy, 'close');

    const next = await server.restart();
    onTestFinished(next.kill);
    await eventually(async () => expect(await tab.connection()).toBe('live'));
    expect(await tab.isMarked()).toBe(true);
    await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(1));
    expect(await tab.figure('visits')).toBe(1);
  });

  test('says that it is refused, and why, is live when there is room again, and logs nothing', async () => {
    const server = await startBuilt({ settings: { MAX_STREAMS_PER_ADDRESS: '1' } });
    onTestFinished(server.kill);
    const other = await observe(server.url);
    onTestFinished(other.stop);
    const logged: string[] = [];
    const tab = await openTab(browser, server.url, async (page) => {
      page.on('console', (message) => logged.push(message.text()));
    });
    onTestFinished(tab.close);
    await eventually(async () => expect(await tab.connection()).toBe('refused'));
    expect(await tab.text('.connection')).toMatch('Connection refused: Too many tabs are open from your network.');
    await other.stop();
    await eventually(async () => expect(await tab.connection()).toBe('live'));
    await eventually(async () => expect(await tab.figure('visits')).toBe(2));
    expect(logged).toEqual([]);
  });

  test('leaves the count while it is put away, and is a new visit only if it is loaded anew', async () => {
    const { server, tab } = await openPage();
    const watching = await openTab(browser, server.url);
    onTestFinished(watching.close);
    await eventually(async () => expect(await watching.figure('visits')).toBe(2));
    await tab.mark();
    await tab.page.goto('about:blank');
    await eventually(async () => expect(await watching.figure('online')).toBe(1));
    await tab.page.goBack();
    await eventually(async () => expect(await watching.figure('online')).toBe(2));
    // A headless shell has no back/forward cache and loads the page anew; a whole browser takes it out of the cache.
    const restored = await tab.isMarked();
    await eventually(async () => expect(await watching.figure('visits')).toBe(restored ? 2 : 3));
    expect(await watching.figure('online')).toBe(2);
  });

  test('asks nothing of any other host, and logs no error', async () => {
    const { server } = await openPage();
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('requestfailed', (request) => complaints.push(request.url()));
    await page.goto(server.url);
    await eventually(async () => expect(await page.$eval('body', (body) => body.dataset.connection)).toBe('live'));
    await page.click('.period [value="24h"]');
    await page.click('[data-opens="embed"]');
    await page.waitForSelector('dialog[open] live-visitors');
    await page.waitForNetworkIdle({ concurrency: 1 });
    expect([...hosts]).toEqual([`localhost:${server.port}`]);
    expect(complaints).toEqual([]);
  });
});

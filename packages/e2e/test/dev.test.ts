import { once } from 'node:events';
import { appendFile, copyFile, rename, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { paths } from '@live-visitors/shared';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../server/test/helpers/free-port.ts';
import { launchChromium, openTab } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { makeDataDir, type Program, root, run, startDev, startDevServer } from '../src/program.ts';
import { describeTabs } from '../src/tabs.ts';

/** Does to a source file what saving it does to its watchers, and leaves its contents alone. */
async function save(file: string) {
  const now = new Date();
  await utimes(join(root, file), now, now);
}

/** How often the server was started. */
const starts = (dev: Program) => dev.output().split('"msg":"listening"').length - 1;

describeTabs('pnpm dev', async () => {
  const dev = await startDev();
  return {
    url: dev.url,
    async restart() {
      const before = starts(dev);
      await save('packages/live-visitors/src/main.ts');
      await eventually(() => expect(starts(dev)).toBe(before + 1));
    },
    stop: dev.kill,
  };
});

describe('pnpm dev', () => {
  let dev: Awaited<ReturnType<typeof startDev>>;
  let browser: Browser;
  beforeAll(async () => {
    dev = await startDev();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await dev?.kill();
  });

  test.each(['packages/server/src/stream/encode-event.ts', 'packages/shared/src/events.ts'])(
    'restarts the server when %s is saved, and open pages come back by themselves',
    async (file) => {
      const startsBefore = starts(dev);
      const tab = await openTab(browser, dev.url);
      onTestFinished(tab.close);
      await eventually(async () => expect(await tab.connection()).toBe('live'));
      await save(file);
      await eventually(() => expect(starts(dev)).toBe(startsBefore + 1));
      // What the page itself imports has it reload: a figure is there again after a while.
      const secondsBefore = await eventually(async () => {
        const seconds = await tab.figure('visitorSeconds');
        expect(seconds).not.toBeNaN();
        return seconds;
      });
      await eventually(async () => expect(await tab.figure('visitorSeconds')).toBeGreaterThan(secondsBefore + 1));
      expect(await tab.connection()).toBe('live');
    },
  );

  test('reloads the page when its sources are saved', async () => {
    const tab = await openTab(browser, dev.url);
    onTestFinished(tab.close);
    await eventually(async () => expect(await tab.connection()).toBe('live'));
    await tab.mark();
    await save('packages/client/src/dashboard/wording.ts');
    await eventually(async () => expect(await tab.isMarked()).toBe(false));
    await eventually(async () => expect(await tab.connection()).toBe('live'));
  });

  test('goes on when files in node_modules change', async () => {
    const startsBefore = starts(dev);
    const ticks = readTicks(dev.url + paths.stream);
    await ticks.next();
    await save('packages/server/node_modules/express/index.js');
    // The stream of a server that restarts ends.
    for (let left = 4; left > 0; left--) expect((await ticks.next()).done).toBe(false);
    expect(starts(dev)).toBe(startsBefore);
  });

  test('leaves no process behind on Ctrl-C', async () => {
    const interrupted = await startDev();
    onTestFinished(interrupted.kill);
    interrupted.signal('SIGINT');
    await eventually(() => expect(interrupted.isRunning()).toBe(false));
    expect(interrupted.output()).toContain('"msg":"stopped"');
  });
});

/** Another program that answers on a port of this machine. With the default port, it may run already. */
async function occupy(port: number): Promise<number> {
  const other = createServer((_request, response) => response.end('another program')).listen(port, '127.0.0.1');
  onTestFinished(() => {
    other.close();
  });
  try {
    await once(other, 'listening');
  } catch {
    return port;
  }
  return (other.address() as AddressInfo).port;
}

describe('the port of pnpm dev', () => {
  test('is another one when the default is taken, and the page reaches its own server', async () => {
    await occupy(3000);
    const dev = await startDev('');
    onTestFinished(dev.kill);
    expect(dev.output()).toMatch(/^Port 3000 is in use by another program. The server takes port \d+ instead.$/m);
    const own = /"url":"(http:[^"]+)"/.exec(dev.output())?.[1];
    const [throughPage, direct] = await Promise.all([fetch(dev.url + paths.healthz), fetch(own + paths.healthz)]);
    expect(throughPage.status).toBe(200);
    expect(await throughPage.text()).toBe(await direct.text());
  });

  test('ends it with a sentence when another program has the one that is set', async () => {
    const port = await occupy(0);
    await expectEnd({ PORT: String(port) }, `Port ${port} is in use by another program.`);
  });

  test('ends it with a sentence when it is no number', () =>
    expectEnd({ PORT: 'http' }, 'PORT must be a whole number'));
});

/** Runs `pnpm dev` and waits until nothing of it runs any more. */
async function expectEnd(settings: Record<string, string>, sentence: string) {
  const dev = run('pnpm', ['dev'], { PORT: '0', DATA_DIR: makeDataDir(), ...settings });
  onTestFinished(dev.kill);
  await eventually(() => expect(dev.isRunning()).toBe(false));
  expect(dev.output()).toContain(sentence);
  expect(dev.child.exitCode).toBe(1);
}

describe('the server in pnpm dev', () => {
  test('ends both when it cannot start', () =>
    // A file is there in place of the folder.
    expectEnd({ DATA_DIR: join(root, 'package.json') }, join(root, 'package.json')));

  test('restarts each time that an editor replaces a file', async () => {
    const dev = await startDevServer('0');
    onTestFinished(dev.kill);
    const file = join(dev.packages, 'server/src/stream/encode-event.ts');
    for (const count of [2, 3, 4, 5]) {
      await copyFile(file, `${file}.new`);
      await rename(`${file}.new`, file);
      await eventually(() => expect(starts(dev)).toBe(count));
    }
  });

  test('keeps its port while a source is broken, and is back when it is mended', async () => {
    const port = await findFreePort();
    const dev = await startDevServer(String(port));
    onTestFinished(dev.kill);
    const file = join(dev.packages, 'server/src/stream/encode-event.ts');
    await appendFile(file, 'const (');
    await dev.printed(/(SyntaxError)/);
    await eventually(async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      // When the server is back, it resets what it took over.
      socket.destroy();
    });
    expect(starts(dev)).toBe(1);
    await copyFile(join(root, 'packages/server/src/stream/encode-event.ts'), file);
    await eventually(() => expect(starts(dev)).toBe(2));
    expect((await fetch(`http://127.0.0.1:${port}${paths.healthz}`)).status).toBe(200);
  });

  test('ends when another program takes its port during a restart', async () => {
    const port = await findFreePort();
    const dev = await startDevServer(String(port));
    onTestFinished(dev.kill);
    const mayStart = join(dev.packages, 'may-start');
    await appendFile(
      join(dev.packages, 'server/src/stream/encode-event.ts'),
      `const { existsSync } = await import('node:fs');
      console.log('loading');
      while (!existsSync(${JSON.stringify(mayStart)})) await new Promise((resolve) => setTimeout(resolve, 20));`,
    );
    await dev.printed(/^(loading)$/m);
    await occupy(port);
    await writeFile(mayStart, '');
    await eventually(() => expect(dev.isRunning()).toBe(false));
    expect(dev.child.exitCode).toBe(1);
    expect(dev.output()).toContain(`Port ${port} is in use by another program.`);
  });
});

/** Opens a stream and gives its ticks, one by one. */
async function* readTicks(url: string) {
  const { body } = await fetch(url);
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    if (decoder.decode(chunk, { stream: true }).includes('event: visitors')) yield;
  }
}

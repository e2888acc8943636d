import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import { findFreePort } from '../../server/test/helpers/free-port.ts';
import { findProgram } from './browser.ts';
import { eventually } from './eventually.ts';
import { type Profile, type Tab, withHooks } from './tab.ts';
import { type Session, startSession } from './webdriver.ts';

// Of Debian's webkit2gtk-driver and what it depends on, xvfb, and util-linux.
const [miniBrowser] = globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser');
const programs = ['WebKitWebDriver', 'Xvfb', 'setpriv'];

export const isWebKitInstalled =
  miniBrowser !== undefined && programs.every((program) => findProgram(program) !== undefined);

/** Starts WebKit on a screen of its own. It ends with this process, however that ends. */
export async function launchWebKit(): Promise<Profile> {
  const screen = startTied('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], {});
  const [display] = await once(screen.stdio[3] as Readable, 'data');
  const port = await findFreePort();
  const driver = startTied('WebKitWebDriver', [`--port=${port}`], {
    DISPLAY: `:${String(display).trim()}`,
    // Its sandbox does not start in a container, or for root.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  });
  const server = `http://127.0.0.1:${port}`;
  await eventually(() => fetch(`${server}/status`));
  const session = await startSession(server, {
    // With `eager`, a navigation ends while the tab may still change its process.
    pageLoadStrategy: 'normal',
    'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
  });

  return {
    async open(url, prepare) {
      const tab = tabFor(session, await session.openTab());
      await prepare?.(tab);
      await tab.navigate(url);
      return tab;
    },
    // A driver has one session, and a session has one profile.
    openProfile: launchWebKit,
    async close() {
      await session.end();
      await Promise.all([driver, screen].map(end));
    },
  };
}

/**
 * Starts a program that the kernel ends when this process has ended, be it killed. Without its screen, the browser ends
 * as well, and with the browser its processes.
 */
function startTied(program: string, args: string[], env: Record<string, string>): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function tabFor(session: Session, handle: string): Tab {
  const problems: string[] = [];
  const post = (path: string, body?: object) => session.command(handle, 'POST', path, body);

  const evaluate: Tab['evaluate'] = (script, ...args) =>
    session.execute(handle, `return (${script})(...arguments)`, args);

  /** Fetches the errors since the last time, and makes the document record the next ones. Returns its address. */
  async function collectProblems(): Promise<string> {
    const { address, errors } = await evaluate(takeErrors);
    problems.push(...errors);
    return address;
  }

  return withHooks({
    problems,
    evaluate,
    evaluateOn(selector, script, ...args) {
      const onElement = `const [selector, ...args] = arguments; return (${script})(document.querySelector(selector), ...args)`;
      return session.execute(handle, onElement, [selector, ...args]);
    },

    async navigate(url) {
      await collectProblems();
      await post('url', { url });
      // The driver reports success for a page that cannot be loaded, too.
      const address = await collectProblems();
      if (address === 'about:blank' && url !== address) throw new Error(`${url} cannot be loaded.`);
    },
    async goBack() {
      const left = await collectProblems();
      await post('back');
      // The driver answers before the tab has gone back. A script that is sent until then may get lost.
      await eventually(async () => expect(await session.command(handle, 'GET', 'url')).not.toBe(left));
      await collectProblems();
    },
    async reload() {
      await collectProblems();
      await post('refresh');
      await collectProblems();
    },
    async close() {
      await collectProblems();
      await session.command(handle, 'DELETE', 'window');
    },
  });
}

/** Runs in the page. */
function takeErrors(): { address: string; errors: string[] } {
  const recorded = window as { errors?: string[] };
  const { errors = [] } = recorded;
  if (!recorded.errors) {
    recorded.errors = errors;
    addEventListener('error', ({ error, message }) => errors.push(String(error ?? message)));
    addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
  }
  return { address: location.href, errors: errors.splice(0) };
}

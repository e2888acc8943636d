import { describe } from 'vitest';
import {
  installed,
  launchChromium,
  launchFirefox,
  launchWholeChromium,
  type PuppeteerTab,
  profileOf,
} from './browser.ts';
import type { Profile, Tab } from './tab.ts';
import { isWebKitInstalled, launchWebKit } from './webkit.ts';

/** A browser under test. */
export type Engine<Opened extends Tab = Tab> = {
  name: string;
  isInstalled: boolean;
  /** The deadline of a test, if the usual one is too short. */
  timeoutMs?: number;
  /** Names of this machine, for a server and for a site. Over plain HTTP their pages have no locks. */
  plainHosts: { server: string; site: string };
  /** Starts the browser with a fresh profile. */
  launch: () => Promise<Profile<Opened>>;
};

const plainHosts = { server: 'visitors.test', site: 'site.test' };

/** The Chromium that comes with the tests. */
export const chromium: Engine<PuppeteerTab> = {
  name: 'Chromium',
  isInstalled: true,
  plainHosts,
  launch: async () => profileOf(await launchChromium('--host-resolver-rules=MAP *.test 127.0.0.1')),
};

/** A Chromium with all that the one of the tests leaves out, such as the back/forward cache. */
export const wholeChromium: Engine<PuppeteerTab> = {
  name: 'a whole Chromium',
  isInstalled: installed.chromium !== undefined,
  plainHosts,
  launch: async () => profileOf(await launchWholeChromium()),
};

export const firefox: Engine<PuppeteerTab> = {
  name: 'Firefox',
  isInstalled: installed.firefox !== undefined,
  plainHosts,
  launch: async () => profileOf(await launchFirefox({ 'network.dns.localDomains': Object.values(plainHosts).join() })),
};

export const webkit: Engine = {
  name: 'WebKit',
  isInstalled: isWebKitInstalled,
  // To open 14 tabs takes 10 s of CPU time, and several such tests run side by side.
  timeoutMs: 300_000,
  // WebKit cannot be told how to resolve a name. This is 127.0.0.1 mapped to IPv6, which is not a secure context.
  plainHosts: { server: '[::ffff:7f00:1]', site: '[::ffff:7f00:1]' },
  launch: launchWebKit,
};

/** Describes what holds in a browser. The tests are skipped where it is not installed. */
export function describeIn({ name, isInstalled, timeoutMs }: Engine, title: string, tests: () => void): void {
  const note = isInstalled ? '' : ' (it is not installed)';
  const options = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  describe.skipIf(!isInstalled)(`${title} in ${name}${note}`, options, tests);
}

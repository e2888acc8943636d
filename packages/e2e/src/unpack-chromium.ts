import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';

/**
 * Unpacks the Chromium of the npm package into a folder of this project's own. The package takes whatever lies in the
 * machine's temporary folder for it, be it of another version, or another user's.
 */
export async function unpackChromium(): Promise<string> {
  const folder = fileURLToPath(new URL('../node_modules/.cache/chromium', import.meta.url));
  await mkdir(folder, { recursive: true });
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await chromium.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** Called by Vitest before all tests: of two files that unpack at once, one would run what the other still writes. */
export async function setup(): Promise<void> {
  if (process.env.PUPPETEER_EXECUTABLE_PATH === undefined) await unpackChromium();
}

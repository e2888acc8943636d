import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeFolder } from './support.ts';

/** Why no file system can be mounted here; `undefined` where one can. */
export function whyNoMount(): string | undefined {
  return process.getuid?.() === 0 && process.platform === 'linux' ? undefined : 'it takes root, to mount a small one';
}

/** Mounts a disk of 512 KiB, until the test has finished. */
export function mountSmallDisk(): string {
  const folder = makeFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

/** Fills a disk. Returns the file that does. */
export function fillDisk(folder: string): string {
  const file = join(folder, 'filler');
  try {
    writeFileSync(file, Buffer.alloc(1024 * 1024));
  } catch {
    // It is full now.
  }
  if (statSync(file).size === 0) throw new Error(`${folder} was full before.`);
  return file;
}

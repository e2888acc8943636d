import { statfsSync } from 'node:fs';
import { nameOf } from '../../config/name-of.ts';

/** The file systems on which SQLite's locks are not reliable, by their types on Linux (statfs(2)). */
const namesByType = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
]);

/**
 * What to add to a message about a failing SQLite file (https://sqlite.org/faq.html#q5): on a network file system a
 * sentence with a space before it, otherwise nothing.
 */
export function adviseLocalDisk(dataDir: string): string {
  const fileSystem = namesByType.get(typeOf(dataDir) ?? 0);
  const name = nameOf('DATA_DIR');
  return fileSystem === undefined
    ? ''
    : ` ${name} is on ${fileSystem}, where file locks are not reliable. Set ${name} to a folder on a local disk.`;
}

function typeOf(folder: string): number | undefined {
  try {
    return statfsSync(folder).type;
  } catch {
    return undefined;
  }
}

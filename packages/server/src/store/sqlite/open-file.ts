import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/**
 * What has become of an open database file and its write-ahead log:
 * - `replaced`: a path leads to another file, or another program has written to the one that is open
 * - `unreachable`: the files are open and can be written to, but they could not be opened again, because of `error`
 */
export type FileState = { name: 'intact' | 'missing' | 'log missing' | 'replaced' | 'unreachable'; error?: unknown };

/**
 * A file that a database has open. SQLite itself does not notice when another program deletes, replaces or overwrites it
 * (https://sqlite.org/howtocorrupt.html).
 *
 * Files are told apart by their inodes, so the file system must have stable inode numbers. A file that was overwritten in
 * place keeps its inode. It is then recognized by its size, or by its contents if its modification time has changed.
 *
 * Create it after SQLite has opened the file, and close it after SQLite has closed the file: a process that closes any
 * descriptor of a file loses all its locks on that file.
 */
export class OpenFile {
  readonly #descriptor: number;
  readonly #digestBytes: number;
  #noted: { stats: BigIntStats; digest: string };

  /** @param digestBytes - how many of its first bytes stand for its contents; by default all */
  constructor(path: string, digestBytes = Number.MAX_SAFE_INTEGER) {
    this.#descriptor = openSync(path, 'r');
    this.#digestBytes = digestBytes;
    this.#noted = this.#look();
  }

  /** How many bytes it had when it was last noted. */
  get size(): number {
    return Number(this.#noted.stats.size);
  }

  /** Call it after the database has written to the file. */
  note(): void {
    this.#noted = this.#look();
  }

  /** Whether nobody else has written to it. */
  isUnchanged(): boolean {
    const { stats, digest } = this.#noted;
    const { size, mtimeNs } = fstatSync(this.#descriptor, { bigint: true });
    if (size !== stats.size) return false;
    if (mtimeNs === stats.mtimeNs) return true;
    // This alone is no proof: `touch` and some network file systems change it as well.
    const found = this.#look();
    if (found.digest !== digest) return false;
    this.#noted = found;
    return true;
  }

  /** Whether a path leads to it, and nobody else has written to it; `undefined` if the path leads to no file. */
  isIntactAt(path: string): boolean | undefined {
    return this.isAt(path) && this.isUnchanged();
  }

  /** Whether a path leads to it; `undefined` if it leads to no file. */
  isAt(path: string): boolean | undefined {
    const { ino, dev } = this.#noted.stats;
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found && found.ino === ino && found.dev === dev;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #look() {
    const stats = fstatSync(this.#descriptor, { bigint: true });
    const bytes = Buffer.alloc(Math.min(Number(stats.size), this.#digestBytes));
    readSync(this.#descriptor, bytes, 0, bytes.length, 0);
    return { stats, digest: createHash('sha256').update(bytes).digest('hex') };
  }
}

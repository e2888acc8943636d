/** How many keys there are. Names that share one are unknown together: with 1,000 untracked tabs, 1.5 % of all names. */
const keys = 65_536;

/** No name of a page has this character. */
const mark = '\0';

/**
 * Stands for a name that is not tracked. The number of keys is fixed, so memory for them is bounded: a node that counts
 * tabs by key has a counting Bloom filter with one hash function. It errs to one side only: a page without such tabs may
 * seem to have some.
 */
export function untrackedKey(name: string): string {
  // The FNV-1a hash of UTF-16 code units.
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return mark + ((hash >>> 0) % keys);
}

export function isUntrackedKey(key: string): boolean {
  return key.startsWith(mark);
}

/** How many counters there are. Names that share one are unknown together: with 1,000 untracked tabs, 1.5 % of all names. */
const counters = 65_536;

/**
 * Knows on which pages there may be tabs that are not tracked, in constant memory: a counting Bloom filter with one hash
 * function. It errs to one side only: a page without such tabs may seem to have some.
 */
export function createUntrackedTabs() {
  const tabs = new Uint32Array(counters);
  let all = 0;

  function count(name: string, sign: 1 | -1): void {
    const counter = counterOf(name);
    tabs[counter] = (tabs[counter] ?? 0) + sign;
    all += sign;
  }

  return {
    add: (name: string): void => count(name, 1),
    /** Removes a tab that was added. */
    remove: (name: string): void => count(name, -1),
    mayBeOn: (name: string): boolean => all > 0 && (tabs[counterOf(name)] ?? 0) > 0,
  };
}

/** The FNV-1a hash of a name, as far as it is needed. */
function counterOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % counters;
}

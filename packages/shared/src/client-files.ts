/** Files of the client's build that other sites load by name. */
export const scripts = {
  /** The widget, as a classic script. */
  widget: '/widget.js',
  /** The subscription, as an ES module. */
  subscribe: '/subscribe.js',
  /** The types of both. */
  types: '/subscribe.d.ts',
} as const;

/**
 * The folders of compressed copies in the client's build, one for each content coding, best first. The dot keeps them
 * from being served under these names.
 */
export const compressedFolders = { br: '.br', gzip: '.gzip' } as const;

/** The dashboard with the list of pages, for those who may read it. Others get `index.html`. */
export const indexWithPages = 'index-with-pages.html';

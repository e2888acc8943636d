/** Where the server answers. */
export const paths = {
  /** The event stream: `text/event-stream`. */
  stream: '/stream',
  /** The current snapshot as JSON. */
  visitors: '/visitors',
  /** The last 24 hours by the minute, as JSON. */
  history: '/history',
  /** A figure as an image, for places where no script runs. */
  badge: '/badge.svg',
  /** Alive: 200 as long as the process runs. */
  healthz: '/healthz',
  /** Ready for traffic: 200, or 503 while draining. */
  readyz: '/readyz',
  /** What the server tells of itself, as Prometheus text. */
  metrics: '/metrics',
} as const;

/** What other sites load by name: files that the client's build puts beside the page. */
export const scripts = {
  /** The widget, as a classic script. */
  widget: '/widget.js',
  /** The subscription, as an ES module. */
  subscribe: '/subscribe.js',
  /** The types of both. */
  types: '/subscribe.d.ts',
} as const;

/**
 * Where the client's build puts compressed copies of the page's files: into one folder for each content coding, the best
 * one first. The dot keeps them from being served under these names.
 */
export const compressedFolders = { br: '.br', gzip: '.gzip' } as const;

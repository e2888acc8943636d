/** The server's endpoints. */
export const paths = {
  /** The event stream: `text/event-stream`. */
  stream: '/stream',
  /** The current snapshot as JSON. */
  visitors: '/visitors',
  /** The last 24 hours by the minute, as JSON. */
  history: '/history',
  /** A figure as an image, for places without scripts. */
  badge: '/badge.svg',
  /** The pages with the most open tabs, as JSON. */
  pages: '/pages',
  /** Liveness: 200 as long as the process runs. */
  healthz: '/healthz',
  /** Readiness: 200, or 503 during shutdown. */
  readyz: '/readyz',
  /** Metrics, as Prometheus text. */
  metrics: '/metrics',
} as const;

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

/** Where the server answers. */
export const paths = {
  /** The event stream: `text/event-stream`. */
  stream: '/stream',
  /** The current snapshot as JSON. */
  visitors: '/visitors',
  /** Alive: 200 as long as the process runs. */
  healthz: '/healthz',
  /** Ready for traffic: 200, or 503 while draining. */
  readyz: '/readyz',
  /** What the server tells of itself, as Prometheus text. */
  metrics: '/metrics',
} as const;

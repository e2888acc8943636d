// The server's endpoints. `index.ts` exports them as `paths`: a bundle holds only those that it uses.

/** The event stream: `text/event-stream`. */
export const stream = '/stream';

/** The current snapshot as JSON. */
export const visitors = '/visitors';

/** The last 24 hours, 7 days or 30 days, as JSON. */
export const history = '/history';

/** The same as a file for spreadsheets. */
export const historyCsv = '/history.csv';

/** A figure as an image, for places without scripts. */
export const badge = '/badge.svg';

/** The pages with the most open tabs, as JSON. */
export const pages = '/pages';

/** Liveness: 200 as long as the process runs. */
export const healthz = '/healthz';

/** Readiness: 200, or 503 during shutdown. */
export const readyz = '/readyz';

/** Metrics, as Prometheus text. */
export const metrics = '/metrics';

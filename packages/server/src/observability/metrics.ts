type Counter = { inc(by?: number): void };
type CounterByReason = { inc(labels: { reason: string }, by?: number): void };
type Histogram = { observe(seconds: number): void };

/** As much of a `Registry` of prom-client as is used here. */
export type MetricsRegistry = {
  readonly contentType: string;
  metrics(): Promise<string>;
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
};

/** Values that are read when Prometheus asks for metrics. */
export type Audit = Record<'streams' | 'tabs' | 'pages' | 'drift' | 'store_trouble', number>;

/** What is measured. `prometheus.ts` says what each of them means. */
export type Metrics = {
  registry?: MetricsRegistry;
  streamsOpened: Counter;
  streamsEnded: CounterByReason;
  eventsSent: Counter;
  ticksSkipped: Counter;
  pagesNotTracked: Counter;
  refusals: CounterByReason;
  tickDuration: Histogram;
  tickLateness: Histogram;
  /** Adds to the gauges what `read` returns. Returns how to stop. */
  watch(read: () => Audit): () => void;
};

const ignored = { inc() {}, observe() {} };

/** Used if nobody reads metrics, so that prom-client need not be installed. */
export const noMetrics: Metrics = {
  streamsOpened: ignored,
  streamsEnded: ignored,
  eventsSent: ignored,
  ticksSkipped: ignored,
  pagesNotTracked: ignored,
  refusals: ignored,
  tickDuration: ignored,
  tickLateness: ignored,
  watch: () => () => {},
};

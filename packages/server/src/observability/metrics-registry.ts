/** As much of a `Registry` of prom-client as is used here. */
export type MetricsRegistry = {
  readonly contentType: string;
  metrics(): Promise<string>;
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
};

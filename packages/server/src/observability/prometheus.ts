import { setTimeout as wait } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricsRegistry } from './metrics-registry.ts';

const tickBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Values that are read when Prometheus asks for metrics. */
type Audit = Record<'streams' | 'tabs' | 'pages' | 'drift' | 'store_trouble', number>;

export type Metrics = ReturnType<typeof define>;

const defined = new WeakMap<MetricsRegistry, Metrics>();

/** The server's metrics for Prometheus. If several instances share a registry, each metric is their sum. */
export function createMetrics(given: MetricsRegistry = new Registry()): Metrics {
  const known = defined.get(given);
  // The app may have cleared its registry.
  if (known && given.getSingleMetric('live_visitors_streams_opened_total') === known.streamsOpened) return known;
  // It has what the metrics call: the type of prom-client, which may not be installed, is not in our declarations.
  const metrics = define(given as Registry);
  defined.set(given, metrics);
  return metrics;
}

/** Durations are in seconds, as is usual with Prometheus. */
function define(registry: Registry) {
  const registers = [registry];
  const named = (name: string, help: string) => ({ name: `live_visitors_${name}`, help, registers });
  const countByReason = (name: string, help: string) =>
    new Counter({ ...named(name, help), labelNames: ['reason'] as const });
  const time = (name: string, help: string) => new Histogram({ ...named(name, help), buckets: tickBuckets });

  const readers = new Set<() => Audit>();
  let reading: Promise<Audit[]> | undefined;
  // All gauges of a scrape share one reading, which walks over all streams. A socket that was destroyed in this turn of the
  // event loop reports it at the end of the turn, after which timers run.
  const readOnce = () => {
    reading ??= wait(0).then(() => {
      reading = undefined;
      return [...readers].map((read) => read());
    });
    return reading;
  };
  const addGauge = (name: keyof Audit, help: string) =>
    new Gauge({
      ...named(name, help),
      async collect() {
        this.set((await readOnce()).reduce((sum, audit) => sum + audit[name], 0));
      },
    });
  addGauge('streams', 'Open streams.');
  addGauge('tabs', 'Open tabs: visitors.');
  addGauge('pages', 'Pages that are counted, because a tab is on them or a stream watches them.');
  addGauge('drift', 'Difference between the registry and the sockets that are open. Always 0.');
  addGauge('store_trouble', '1 while totals cannot be recorded, as the log explains, else 0.');

  return {
    registry,
    streamsOpened: new Counter(named('streams_opened_total', 'Streams that were opened.')),
    streamsEnded: countByReason('streams_ended_total', 'Streams that have ended, by what ended them.'),
    eventsSent: new Counter(named('events_sent_total', 'Ticks that were written to streams.')),
    ticksSkipped: new Counter(
      named('ticks_skipped_total', 'Ticks that were not written because the stream had not drained (backpressure).'),
    ),
    pagesNotTracked: new Counter(
      named('pages_not_tracked_total', 'Names of pages that streams gave beyond the limits. Their counts are unknown.'),
    ),
    refusals: countByReason('refusals_total', 'Requests and connections that were refused, by reason.'),
    tickDuration: time('tick_duration_seconds', 'From the start of a tick until it was written to the last stream.'),
    tickLateness: time('tick_lateness_seconds', 'How long after its second a tick started.'),

    /** Adds to the gauges what `read` returns. Returns how to stop. */
    watch(read: () => Audit): () => void {
      readers.add(read);
      return () => void readers.delete(read);
    },
  };
}

const unwantedMetrics = [
  // A timer samples these, and would wake the process between ticks. The lateness of ticks says as much.
  ...['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((figure) => `nodejs_eventloop_lag_${figure}_seconds`),
  // Collecting these walks over all sockets: 10,000 of them block the event loop for 15 ms.
  'process_open_fds',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  // A gauge with the suffix of a counter, against the advice of Prometheus. It is the sum of nodejs_active_requests.
  'nodejs_active_requests_total',
];

/** The timer of the metrics that are not wanted cannot be turned off. */
const neverMs = 2 ** 31 - 1;

/** Adds the usual metrics of a Node process: memory, CPU, garbage collection, delay of the event loop. */
export function watchProcess({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: neverMs });
  for (const name of unwantedMetrics) registry.removeSingleMetric(name);
}

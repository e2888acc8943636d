import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

const tickBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The server's metrics for Prometheus. Durations are in seconds, as is usual there. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const named = (name: string, help: string) => ({ name: `live_visitors_${name}`, help, registers });

  return {
    registry,
    streamsOpened: new Counter(named('streams_opened_total', 'Streams that were opened.')),
    streamsEnded: new Counter({
      ...named('streams_ended_total', 'Streams that have ended, by what ended them.'),
      labelNames: ['reason'] as const,
    }),
    eventsSent: new Counter(named('events_sent_total', 'Ticks that were written to streams.')),
    ticksSkipped: new Counter(
      named('ticks_skipped_total', 'Ticks that were not written because the stream had not drained (backpressure).'),
    ),
    pagesNotTracked: new Counter(
      named('pages_not_tracked_total', 'Names of pages that streams gave beyond the limits. Their counts are unknown.'),
    ),
    refusals: new Counter({
      ...named('refusals_total', 'Requests and connections that were refused, by reason.'),
      labelNames: ['reason'] as const,
    }),
    storeTrouble: new Gauge(named('store_trouble', '1 while totals cannot be recorded, as the log explains, else 0.')),
    tickDuration: new Histogram({
      ...named('tick_duration_seconds', 'From the start of a tick until it was written to the last stream.'),
      buckets: tickBuckets,
    }),
    tickLateness: new Histogram({
      ...named('tick_lateness_seconds', 'How long after its second a tick started.'),
      buckets: tickBuckets,
    }),

    /** Adds gauges that are read whenever Prometheus asks. */
    watch(read: () => { streams: number; tabs: number; pages: number; drift: number }): void {
      let reading: Promise<ReturnType<typeof read>> | undefined;
      // All gauges of a scrape share one reading, which walks over all streams. A socket that was destroyed in this turn of
      // the event loop reports it at the end of the turn.
      const readOnce = () => {
        reading ??= endOfTurn().then(() => {
          reading = undefined;
          return read();
        });
        return reading;
      };
      const add = (name: keyof ReturnType<typeof read>, help: string) =>
        new Gauge({
          ...named(name, help),
          async collect() {
            this.set((await readOnce())[name]);
          },
        });
      add('streams', 'Open streams.');
      add('tabs', 'Open tabs: visitors.');
      add('pages', 'Pages that are counted, because a tab is on them or a stream watches them.');
      add('drift', 'Difference between the registry and the sockets that are open. Always 0.');
    },
  };
}

const unwantedMetrics = [
  // Collecting these walks over all sockets: 10,000 of them block the event loop for 15 ms.
  'process_open_fds',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  // A gauge with the suffix of a counter, against the advice of Prometheus. It is the sum of nodejs_active_requests.
  'nodejs_active_requests_total',
];

/** Adds the usual metrics of a Node process: memory, CPU, garbage collection, event-loop delay. */
export function watchProcess({ registry }: Metrics): void {
  // The default of 10 ms costs more than a tick of a thousand streams.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const name of unwantedMetrics) registry.removeSingleMetric(name);
}

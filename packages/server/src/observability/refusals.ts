import { nameOf } from '../config/name-of.ts';
import type { Metrics } from './prometheus.ts';
import type { Log } from './safe-log.ts';

/** Refusals within this time after the first one are one burst, and one line in the log. */
const burstMs = 10_000;

/** All reasons, each with what the operator can do about it, if there is anything. */
export const hints = () => ({
  /** The origin is not one of `ALLOWED_ORIGINS`. */
  origin: undefined,
  query: undefined,
  body: undefined,
  draining: undefined,
  max_streams: `All ${nameOf('MAX_STREAMS')} streams are in use. Raise ${nameOf('MAX_STREAMS')} (and the open-file limit, ulimit -n, if necessary), or add a server.`,
  max_streams_per_address: `If these are visitors behind your proxy, configure it to send X-Forwarded-For. If they are people behind one address, raise ${nameOf('MAX_STREAMS_PER_ADDRESS')}.`,
  /** The same limit, but the address is very likely that of a proxy that `TRUST_PROXY` does not name. */
  untrusted_proxy: `If visitors come through proxies, set ${nameOf('TRUST_PROXY')} to all of them: their addresses and networks, or their number, for example 2 for a CDN and nginx, or 1 for a proxy on a Unix socket.`,
  /** The same limit, but most visitors have the same private address: a network in between replaces theirs. */
  hidden_addresses: `If a network such as that of Docker Swarm, rootless Docker or Kubernetes gives all visitors this private address, make it pass on their own addresses, or set ${nameOf('MAX_STREAMS_PER_ADDRESS')} as high as ${nameOf('MAX_STREAMS')}.`,
  /** The stream was opened, but its address has brought too many new visits in this minute, and its own are not counted. */
  max_visits_per_address: `One address brought more than four new visits a minute for each of ${nameOf('MAX_STREAMS_PER_ADDRESS')} streams. If visitors come through proxies, set ${nameOf('TRUST_PROXY')} to all of them.`,
  /** The stream was opened, but the server knows as many pages as it may, and counts no tabs on further ones. */
  max_pages: `Some pages have no count, because as many as ${nameOf('MAX_PAGES')} have one. Raise ${nameOf('MAX_PAGES')}.`,
  /** The same for the pages that one address may bring. */
  max_pages_per_address: `Some pages have no count, because one address brought more than four for each of ${nameOf('MAX_STREAMS_PER_ADDRESS')} streams. If visitors come through proxies, set ${nameOf('TRUST_PROXY')} to all of them.`,
  /** Not HTTP, too long, or an invalid target or host. */
  malformed: undefined,
  timeout: undefined,
  /** A request arrived on a connection before the previous one was answered. */
  pipelined: undefined,
  max_connections: 'The server has as many connections as the open-file limit allows. Raise the limit (ulimit -n).',
  /** An address that is not a trusted proxy has as many connections as one may have. */
  max_connections_per_address: `One address has four times as many connections as ${nameOf('MAX_STREAMS_PER_ADDRESS')}, or half of all connections. If it is your proxy, add it to ${nameOf('TRUST_PROXY')}.`,
  /** The process cannot open more files or sockets (EMFILE). The system does not say how many connections were lost. */
  open_files: `The process has reached its open-file limit. Raise it (ulimit -n) or lower ${nameOf('MAX_STREAMS')}.`,
});

export type RefusalReason = keyof ReturnType<typeof hints>;

export type Refusals = ReturnType<typeof createRefusals>;

/** Counts refusals by reason, and logs bursts instead of single refusals: a flood of requests must not flood the log. */
export function createRefusals(metrics: Metrics | undefined, log: Log) {
  // Prometheus sees no rise in a counter whose first value is above 0.
  for (const reason of Object.keys(hints())) metrics?.refusals.inc({ reason }, 0);
  const burst = new Map<RefusalReason, number>();
  let timer: NodeJS.Timeout | undefined;

  function logBurst(): void {
    clearTimeout(timer);
    if (burst.size === 0) return;
    const hint = [...burst.keys()].flatMap((reason) => hints()[reason] ?? []);
    log.warn({ refused: Object.fromEntries(burst), ...(hint.length > 0 && { hint }) }, 'requests refused');
    burst.clear();
  }

  return {
    /** @param address - of the client; logged at the level `debug` only */
    count(reason: RefusalReason, address?: string): void {
      metrics?.refusals.inc({ reason });
      log.debug({ reason, address }, 'request refused');
      if (burst.size === 0) timer = setTimeout(logBurst, burstMs).unref();
      burst.set(reason, (burst.get(reason) ?? 0) + 1);
    },

    /** Logs what was not logged yet. */
    close: logBurst,
  };
}

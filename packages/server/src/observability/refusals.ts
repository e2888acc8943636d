import type { NameOf } from '../config/name-of.ts';
import type { Metrics } from './metrics.ts';
import type { Log } from './safe-log.ts';

/** Refusals within so many milliseconds of the first are one burst, and one line in the log. */
const burstMs = 10_000;

const reasons = [
  /** The origin is not one of `ALLOWED_ORIGINS`. */
  'origin',
  /** The query breaks the contract. */
  'query',
  /** The request has a body. */
  'body',
  /** The server is about to stop. */
  'draining',
  'max_streams',
  'max_streams_per_address',
  /** As before, but what took up the room is very likely a proxy that `TRUST_PROXY` does not name. */
  'untrusted_proxy',
  /** As before, but most visitors have the same private address: a network on the way replaces theirs. */
  'hidden_addresses',
  /** What came is no HTTP, too long, or for an invalid target or host. */
  'malformed',
  /** The request did not arrive in time. */
  'timeout',
  /** More was asked on a connection before the last request was answered. */
  'pipelined',
  /** There are as many connections as the limit of open files allows. */
  'max_connections',
  /** One address that is no trusted proxy has as many connections as one may have. */
  'max_connections_per_address',
  /** The system lets this process open no more files, sockets among them (EMFILE). It does not say how many were lost. */
  'open_files',
] as const;

export type RefusalReason = (typeof reasons)[number];

/** What to set where many visitors count as one address. */
export function hintFor(reason: 'untrusted_proxy' | 'hidden_addresses', nameOf: NameOf): string {
  return reason === 'untrusted_proxy'
    ? `If visitors come through proxies, ${nameOf('TRUST_PROXY')} must be set to all of them: their addresses and networks, or how many there are, such as 2 for a CDN and nginx.`
    : `If a network such as that of Docker Swarm, rootless Docker or Kubernetes gives all visitors this private address, let it pass on their own, or set ${nameOf('MAX_STREAMS_PER_ADDRESS')} as high as ${nameOf('MAX_STREAMS')}.`;
}

const hintsFor = (nameOf: NameOf): { [Reason in RefusalReason]?: string } => ({
  untrusted_proxy: hintFor('untrusted_proxy', nameOf),
  hidden_addresses: hintFor('hidden_addresses', nameOf),
  max_streams_per_address: `If these are visitors of a proxy of yours, have it send X-Forwarded-For. If they are people behind one address, raise ${nameOf('MAX_STREAMS_PER_ADDRESS')}.`,
  max_connections_per_address: `One address has four times as many connections as ${nameOf('MAX_STREAMS_PER_ADDRESS')}, or half of all. If it is a proxy of yours, name it in ${nameOf('TRUST_PROXY')}.`,
  max_streams: `${nameOf('MAX_STREAMS')} says how many streams may be open. The limit of open files (ulimit -n) bounds it.`,
  open_files: `The system lets this process open no more files. Raise the limit (ulimit -n), or set a lower ${nameOf('MAX_STREAMS')}.`,
  max_connections: 'The limit of open files bounds the number of connections. Raise it (ulimit -n).',
});

export type Refusals = ReturnType<typeof createRefusals>;

/** Keeps count of what was refused and why, and logs bursts, not single refusals: who floods a server must not flood its log. */
export function createRefusals(metrics: Metrics, log: Log, nameOf: NameOf) {
  const hints = hintsFor(nameOf);
  // A counter that is first seen above 0 has never risen, as Prometheus sees it.
  for (const reason of reasons) metrics.refusals.inc({ reason }, 0);
  let burst: { [Reason in RefusalReason]?: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function logBurst(): void {
    clearTimeout(timer);
    if (burst === undefined) return;
    // As the type of the keys is known here, `Object.keys` tells no lie.
    const hint = (Object.keys(burst) as RefusalReason[]).flatMap((reason) => hints[reason] ?? []);
    log.warn({ refused: burst, ...(hint.length > 0 && { hint }) }, 'requests refused');
    burst = undefined;
  }

  return {
    /** @param address - whose request it was; logged at the level `debug` only */
    count(reason: RefusalReason, address?: string): void {
      metrics.refusals.inc({ reason });
      log.debug({ reason, address }, 'request refused');
      if (burst === undefined) timer = setTimeout(logBurst, burstMs).unref();
      burst ??= {};
      burst[reason] = (burst[reason] ?? 0) + 1;
    },

    /** Logs what was not logged yet. */
    close: logBurst,
  };
}

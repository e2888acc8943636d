import { type History, maxHistorySeconds, RecentHistory, type Snapshot, type StreamQuery } from '@live-visitors/shared';
import type { Log } from '../observability/safe-log.ts';
import type { PageChange } from '../presence/page-names.ts';
import type { Counts } from '../presence/presence.ts';
import type { Store } from '../store/store.ts';
import { longestCountedMs } from '../timing.ts';
import type { Clock } from './clock.ts';

export type RecorderOptions = { store: Store; clock: Clock; log: Log };

/** One tick: what this process counted, and the snapshot that the store made of it. */
type RecordedTick = {
  counts: Counts;
  snapshot: Snapshot;
  /** The id of its event: higher than the id before it, even if the clock was set back. */
  id: number;
  /** When it was recorded, in milliseconds since some moment; never set back. */
  recordedAt: number;
};

const nobody: Counts = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };

/** Records ticks in a store, gives each an id, and keeps those of the last hour. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #history = new RecentHistory(maxHistorySeconds);
  #last: RecordedTick = { counts: nobody, snapshot: { ...nobody, peak: 0, at: 0 }, id: 0, recordedAt: 0 };
  /** When the last tick was recorded, on the clock that goes on while the machine sleeps. */
  #recordedUptime = Number.NaN;
  #reportedTrouble: string | undefined;

  private constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Continues the history of the store with a first tick. */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const recorder = new Recorder(options);
    for (const second of await options.store.recentSeconds()) recorder.#history.add(second);
    await recorder.record(nobody);
    return recorder;
  }

  async record(counts: Counts, pages?: readonly PageChange[]): Promise<RecordedTick> {
    const snapshot = await this.#options.store.record(counts, pages);
    this.#reportTrouble();
    const { at, online } = snapshot;
    this.#followClock(at);
    const id = Math.max(this.#last.id + 1, at);
    this.#history.add({ id, at, online });
    this.#last = { counts, snapshot, id, recordedAt: this.#options.clock.elapsed() };
    return this.#last;
  }

  async close(): Promise<void> {
    const { store, log } = this.#options;
    await store.close();
    const trouble = store.trouble();
    if (trouble !== undefined)
      log.error({ trouble }, 'stopped before the last totals could be recorded: they are lost');
  }

  get last(): RecordedTick {
    return this.#last;
  }

  /** What a new stream asks for, or what a returning one has missed; `undefined` if that is nothing. */
  history({ history }: StreamQuery, lastEventId: string | undefined): History | undefined {
    if (lastEventId === undefined) return this.#history.last(history);
    // It may be from another server, or made up.
    return /^\d{1,15}$/.test(lastEventId) ? this.#history.since(Number(lastEventId)) : undefined;
  }

  #reportTrouble(): void {
    const { store, log } = this.#options;
    const trouble = store.trouble();
    if (trouble === this.#reportedTrouble) return;
    this.#reportedTrouble = trouble;
    if (trouble === undefined) log.info({}, 'totals are being recorded again');
    else log.error({ trouble }, 'totals cannot be recorded');
  }

  /** Moves the history if the store's clock was set since the last tick. */
  #followClock(at: number): void {
    const uptime = this.#options.clock.uptime();
    const byMs = Math.round(at - this.#last.snapshot.at - (uptime - this.#recordedUptime));
    this.#recordedUptime = uptime;
    // Before the first tick, it is not a number.
    if (!(Math.abs(byMs) > longestCountedMs)) return;
    this.#history.moveClock(byMs);
    this.#options.log.warn({ byMs }, 'the clock was set');
  }
}

/**
 * The snapshot at a moment after a tick: with what this process counts now, and the other nodes of a fleet as last
 * heard. Totals are those of the tick, because only what is recorded is shown.
 *
 * @param now - what is counted at that moment
 * @param elapsed - that moment, on the clock of the tick's `recordedAt`
 */
export function snapshotAfter({ counts, snapshot, recordedAt }: RecordedTick, now: Counts, elapsed: number): Snapshot {
  return {
    ...snapshot,
    online: snapshot.online + now.online - counts.online,
    browsers: snapshot.browsers + now.browsers - counts.browsers,
    // By the store's clock: in a fleet, the clocks of the nodes differ.
    at: snapshot.at + Math.floor(elapsed - recordedAt),
  };
}

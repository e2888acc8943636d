import { type History, maxHistorySeconds, RecentHistory, type Snapshot, type StreamQuery } from '@live-visitors/shared';
import type { Metrics } from '../observability/metrics.ts';
import type { Log } from '../observability/safe-log.ts';
import { createStoreWatch, type StoreWatch } from '../observability/store-watch.ts';
import { type RecordedTick, snapshotAfter } from '../presence/live-snapshot.ts';
import type { PageChange } from '../presence/page-names.ts';
import type { Counts } from '../presence/presence.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createStepWatch } from './clock-watch.ts';

export type RecorderOptions = { store: Store; clock: Clock; metrics: Metrics; log: Log };

const nobody: Counts = { online: 0, browsers: 0, visits: 0, visitorSeconds: 0 };

/** Records ticks in a store, gives each an id, and keeps those of the last hour. */
export class Recorder {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #storeWatch: StoreWatch;
  readonly #stepTo: (at: number) => number;
  readonly #history = new RecentHistory(maxHistorySeconds);
  #last: RecordedTick = { counts: nobody, snapshot: { ...nobody, peak: 0, at: 0 }, id: 0, recordedAt: 0 };

  private constructor({ store, clock, metrics, log }: RecorderOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#storeWatch = createStoreWatch(store, metrics, log);
    this.#stepTo = createStepWatch(clock);
  }

  /** Continues the history of the store with a first tick. */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const recorder = new Recorder(options);
    for (const second of await options.store.recentSeconds()) recorder.#history.add(second);
    await recorder.record(nobody);
    return recorder;
  }

  async record(counts: Counts, pages?: readonly PageChange[]): Promise<RecordedTick> {
    const snapshot = await this.#store.record(counts, pages);
    this.#storeWatch.checkRecorded();
    const { at, online } = snapshot;
    const stepMs = this.#stepTo(at);
    if (stepMs !== 0) {
      this.#history.moveClock(stepMs);
      this.#log.warn({ byMs: stepMs }, 'the clock was set');
    }
    const id = Math.max(this.#last.id + 1, at);
    this.#history.add({ id, at, online });
    this.#last = { counts, snapshot, id, recordedAt: this.#clock.elapsed() };
    return this.#last;
  }

  /** Closes the store. */
  async close(): Promise<void> {
    await this.#store.close();
    this.#storeWatch.checkClosed();
  }

  /** The id of the last tick. */
  get lastId(): number {
    return this.#last.id;
  }

  /** The snapshot of this moment. */
  snapshot(now: Counts): Snapshot {
    return snapshotAfter(this.#last, now, this.#clock.elapsed());
  }

  /** What a new stream asks for, or what a returning one has missed; `undefined` if that is nothing. */
  history({ history }: StreamQuery, lastEventId: string | undefined): History | undefined {
    if (lastEventId === undefined) return this.#history.last(history);
    // It may be from another server, or made up.
    return /^\d{1,15}$/.test(lastEventId) ? this.#history.since(Number(lastEventId)) : undefined;
  }
}

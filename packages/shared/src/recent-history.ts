import { type History, tickMs } from './events.ts';

/** The number of the tick that a time in milliseconds belongs to: the nearest one, as ticks may be early or late. */
export function tickOf(at: number): number {
  return Math.round(at / tickMs);
}

/** `online` of the ticks of the last seconds, at most `capacity` of them. */
export class RecentHistory {
  readonly #capacity: number;
  /** Oldest first. */
  #ticks: { tick: number; online: number; id: number }[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Adds a tick. One that is older than the newest is ignored.
   *
   * @param tick.id - that of its event: higher than that of the tick before
   */
  add({ at, online, id = at }: { at: number; online: number; id?: number }): void {
    const tick = tickOf(at);
    if (tick < this.#newest) return;
    if (tick === this.#newest) this.#ticks.pop();
    this.#ticks.push({ tick, online, id });
    this.#forgetOldest();
  }

  /** Adds the ticks of a history, which may be older than those that are known. */
  fill({ everyMs, endsAt, online }: History): void {
    const known = new Map(this.#ticks.map((recorded) => [recorded.tick, recorded]));
    for (const [index, value] of online.entries()) {
      const at = endsAt - (online.length - 1 - index) * everyMs;
      if (value !== null) known.set(tickOf(at), { tick: tickOf(at), online: value, id: at });
    }
    this.#ticks = [...known.values()].sort((a, b) => a.tick - b.tick);
    this.#forgetOldest();
  }

  /** Moves all ticks with a clock that was set forward by so many milliseconds, or back if negative. */
  moveClock(byMs: number): void {
    for (const recorded of this.#ticks) recorded.tick += tickOf(byMs);
  }

  /** Forgets the ticks after a time, in milliseconds since 1970. */
  forgetAfter(time: number): void {
    this.#ticks = this.#ticks.filter(({ tick }) => tick <= tickOf(time));
  }

  /** When the newest tick was, in milliseconds since 1970. */
  get endsAt(): number {
    return this.#newest * tickMs;
  }

  /** The last `count` ticks, or as many as are known; `undefined` if that is none. */
  last(count: number = this.#capacity): History | undefined {
    return this.#after(this.#ticks.findLastIndex(({ tick }) => tick <= this.#newest - count));
  }

  /** The ticks after the one with this id, as far as they are known; `undefined` if there are none. */
  since(id: number): History | undefined {
    return this.#after(this.#ticks.findLastIndex((recorded) => recorded.id <= id));
  }

  get #newest(): number {
    return this.#ticks.at(-1)?.tick ?? Number.NEGATIVE_INFINITY;
  }

  #forgetOldest(): void {
    const kept = this.#ticks.findIndex(({ tick }) => tick > this.#newest - this.#capacity);
    this.#ticks.splice(0, kept);
  }

  #after(index: number): History | undefined {
    const ticks = this.#ticks.slice(index + 1);
    const [oldest] = ticks;
    if (oldest === undefined) return undefined;
    const online = new Array<number | null>(this.#newest - oldest.tick + 1).fill(null);
    for (const recorded of ticks) online[recorded.tick - oldest.tick] = recorded.online;
    return { everyMs: tickMs, endsAt: this.endsAt, online };
  }
}

/** A document, which runs code: it can be frozen, and runs nothing once it is gone. */
export type Owner = { state: 'running' | 'frozen' | 'away' | 'gone' };

type Task = { dueAt: number; order: number; owner: Owner | undefined; run: () => void };

/** Time that passes only when it is told to, and what happens in it, in order. */
export class Simulation {
  now = 0;
  #order = 0;
  #tasks: Task[] = [];
  #held = new Map<Owner, Task[]>();

  /** Runs later, unless it is cancelled. Tasks of a frozen owner wait for it. */
  after(delayMs: number, owner: Owner | undefined, run: () => void): () => void {
    const task: Task = { dueAt: this.now + delayMs, order: this.#order++, owner, run };
    this.#push(task);
    return () => {
      task.run = () => {};
    };
  }

  /** Has all that waited for an owner run now. */
  release(owner: Owner): void {
    for (const task of this.#held.get(owner) ?? []) this.#push({ ...task, dueAt: this.now, run: () => task.run() });
    this.#held.delete(owner);
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      // Lets everything that waits for a promise go on.
      for (let i = 0; i < 8; i++) await undefined;
      const task = this.#tasks[0];
      if (!task || task.dueAt > end) break;
      this.#pop();
      this.now = Math.max(this.now, task.dueAt);
      const { owner } = task;
      if (owner?.state === 'gone' || owner?.state === 'away') continue;
      if (owner?.state !== 'frozen') task.run();
      else this.#held.set(owner, [...(this.#held.get(owner) ?? []), task]);
    }
    this.now = end;
  }

  #isBefore(a: Task | undefined, b: Task | undefined): boolean {
    return a !== undefined && (b === undefined || a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order));
  }

  #push(task: Task): void {
    const tasks = this.#tasks;
    let index = tasks.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(task, tasks[parent])) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): void {
    const tasks = this.#tasks;
    const last = tasks.pop();
    if (!last || tasks.length === 0) return;
    tasks[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const smaller = this.#isBefore(tasks[left + 1], tasks[left]) ? left + 1 : left;
      if (!this.#isBefore(tasks[smaller], tasks[index])) return;
      this.#swap(index, smaller);
      index = smaller;
    }
  }

  #swap(a: number, b: number): void {
    const tasks = this.#tasks as unknown as Record<number, Task>;
    [tasks[a], tasks[b]] = [tasks[b] as Task, tasks[a] as Task];
  }
}

import { isBelow } from './path.ts';

/** How long something was at work, as far as gates are concerned. */
export interface Stopwatch {
  /** Milliseconds in which nothing below its path was at work, because all of it waited for people. */
  stoppedMs(): number;
  release(): void;
}

/**
 * Who is at work and who waits for people. A deadline stands still while everything below it waits, and once nothing
 * else is at work in the whole Session, its process may go.
 */
export class Presence {
  readonly #clock: () => number;
  readonly #changed: () => void;
  readonly #busy = new Map<symbol, string>();
  readonly #waiting = new Map<symbol, string>();
  readonly #watches = new Set<Watch>();

  /** `changed` is called after each change of who waits and who works. */
  constructor(clock: () => number, changed: () => void = () => {}) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** True where somebody waits for people and nobody is at work. */
  get allWait(): boolean {
    return this.#waiting.size > 0 && this.#busy.size === 0;
  }

  /** Something at a path is at work until the function it gives is called. */
  enter(path: string): () => void {
    return this.#in(this.#busy, path);
  }

  /** What is done at a path counts as work. */
  async working<T>(path: string, work: () => Promise<T>): Promise<T> {
    const leave = this.enter(path);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Something at a path waits for people. */
  async waiting<T>(path: string, wait: () => Promise<T>): Promise<T> {
    const leave = this.#in(this.#waiting, path);
    try {
      return await wait();
    } finally {
      leave();
    }
  }

  stopwatch(path: string): Stopwatch {
    const watch: Watch = { path, stoppedMs: 0, since: null };
    this.#watches.add(watch);
    this.#tick();
    return {
      stoppedMs: () => watch.stoppedMs + (watch.since === null ? 0 : this.#clock() - watch.since),
      release: () => this.#watches.delete(watch),
    };
  }

  #in(group: Map<symbol, string>, path: string): () => void {
    const key = Symbol(path);
    group.set(key, path);
    this.#tick();
    this.#changed();
    return () => {
      if (!group.delete(key)) return;
      this.#tick();
      this.#changed();
    };
  }

  #tick(): void {
    if (this.#watches.size === 0) return;
    const now = this.#clock();
    for (const watch of this.#watches) {
      const stopped = this.#isStopped(watch.path);
      if (stopped && watch.since === null) watch.since = now;
      if (!stopped && watch.since !== null) {
        watch.stoppedMs += now - watch.since;
        watch.since = null;
      }
    }
  }

  /** Who has a gate below itself only waits for that. */
  #isStopped(path: string): boolean {
    const gates = [...this.#waiting.values()].filter((gate) => path === gate || isBelow(gate, path));
    if (gates.length === 0) return false;
    return [...this.#busy.values()].every((busy) => {
      const inside = busy === path || isBelow(busy, path);
      return !inside || gates.some((gate) => isBelow(gate, busy));
    });
  }
}

interface Watch {
  readonly path: string;
  stoppedMs: number;
  since: number | null;
}

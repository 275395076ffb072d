import { backoffMs, type Clock } from './clock.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
}

/**
 * Keys to work on, each at most once in the queue and never with two workers: a key added while it is worked on comes
 * again afterwards. Failures wait longer and longer, per key.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #firstRetryMs: number;
  readonly #lastRetryMs: number;
  readonly #ready: string[] = [];
  /** Keys that need work: in `#ready`, or worked on right now and added since. */
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | null) => void)[] = [];
  #closed = false;

  constructor({ clock, firstRetryMs = 5, lastRetryMs = 60_000 }: WorkQueueOptions) {
    this.#clock = clock;
    this.#firstRetryMs = firstRetryMs;
    this.#lastRetryMs = lastRetryMs;
  }

  /** Keys that wait for a worker now. */
  get depth(): number {
    return this.#ready.length;
  }

  /** Keys that are worked on. */
  get busy(): number {
    return this.#processing.size;
  }

  add(key: string): void {
    if (this.#closed || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#processing.has(key)) this.#push(key);
  }

  /** Adds the key then; of several delays the shortest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const at = this.#clock.now() + ms;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = this.#clock.schedule(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, cancel });
  }

  /** Adds a key that failed, after a pause that doubles with each failure in a row. Returns the pause. */
  retry(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const ms = backoffMs(this.#clock, failures, this.#firstRetryMs, this.#lastRetryMs);
    this.addAfter(key, ms);
    return ms;
  }

  /** Ends the row of failures of a key. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, as soon as there is one; null once the queue is closed. Whoever takes it calls `done`. */
  take(): Promise<string | null> {
    if (this.#closed) return Promise.resolve(null);
    const key = this.#ready.shift();
    if (key === undefined) return new Promise((resolve) => this.#takers.push(resolve));
    this.#begin(key);
    return Promise.resolve(key);
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.has(key) && !this.#closed) this.#push(key);
  }

  /** Gives out nothing more. Keys that are worked on are still to be `done`. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#ready.length = 0;
    this.#dirty.clear();
    for (const resolve of this.#takers.splice(0)) resolve(null);
  }

  #push(key: string): void {
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#ready.push(key);
      return;
    }
    this.#begin(key);
    taker(key);
  }

  #begin(key: string): void {
    this.#dirty.delete(key);
    this.#processing.add(key);
  }
}

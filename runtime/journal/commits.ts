import type { JournalStore } from './store.ts';

/** A line on its way to the store. */
export interface Entry {
  readonly text: string;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly sync: boolean;
  /** The line is written, and durable where that was asked for. */
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** What a batch made of the journal. */
export interface Committed {
  readonly seq: number;
  readonly head: string;
  readonly sync: boolean;
}

const batchCharacters = 4 * 1024 * 1024;

/**
 * Group commit: lines go to the store in order, all that wait in one append, with one sync where any of them asks for it.
 * `after` runs once for each batch, before its entries are answered. After one failure everything fails with it.
 */
export class Commits {
  readonly #store: JournalStore;
  readonly #epoch: number;
  readonly #after: (committed: Committed) => Promise<void>;
  #waiting: Entry[] = [];
  #failure: { readonly error: unknown } | null = null;
  #running: Promise<void> | null = null;

  constructor(store: JournalStore, epoch: number, after: (committed: Committed) => Promise<void>) {
    this.#store = store;
    this.#epoch = epoch;
    this.#after = after;
  }

  /** Throws what made an earlier line fail. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  add(entry: Entry): void {
    this.#waiting.push(entry);
    // A microtask later, so that lines added in the same turn of the event loop share a sync.
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  /** Everything added so far is written. */
  async idle(): Promise<void> {
    await this.#running;
    this.check();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      try {
        this.check();
        await this.#commit(batch);
        for (const entry of batch) entry.done();
      } catch (error) {
        this.fail(error);
        for (const entry of batch) entry.failed(error);
      }
    }
    this.#running = null;
  }

  #next(): readonly Entry[] {
    let characters = 0;
    const end = this.#waiting.findIndex((entry) => {
      characters += entry.text.length;
      return characters > batchCharacters;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(end, 1));
  }

  async #commit(batch: readonly Entry[]): Promise<void> {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return;
    const sync = batch.some((entry) => entry.sync);
    const lines = batch.map((entry) => entry.text);
    await this.#store.append(lines, { epoch: this.#epoch, expectedHead: first.prev, firstSeq: first.seq, sync });
    await this.#after({ seq: last.seq, head: last.hash, sync });
  }
}

import type { JournalStore } from './store.ts';

/** Whether a line has to be durable before anybody goes on, soon whatever comes next, or with whatever comes next. */
export type Sync = boolean | 'soon';

/** A line on its way to the store. */
export interface Entry {
  readonly text: string;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly sync: Sync;
  /** The line is written, and durable where that was asked for with `true`. */
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
/** What has to be durable soon is so after that time at the latest; mostly the next line sees to it long before. */
const soonMs = 10;

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
  /** The last line written, where it or one before it has to be durable soon and is not. */
  #owed: Entry | null = null;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

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
    void this.#start();
  }

  /** Everything added so far is written, and durable where that was asked for, soon or at once. */
  async settle(): Promise<void> {
    await this.#running;
    if (this.#owed !== null) await this.#pay();
    this.check();
  }

  #start(): Promise<void> {
    // A microtask later, so that lines added in the same turn of the event loop share a sync.
    this.#running ??= Promise.resolve().then(() => this.#run());
    return this.#running;
  }

  #pay(): Promise<void> {
    this.#isDue = true;
    return this.#start();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 || this.#isDue) {
      const batch = this.#next();
      try {
        this.check();
        await this.#commit(batch);
        for (const entry of batch) entry.done();
      } catch (error) {
        this.fail(error);
        this.#paid();
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
    // With nothing new the last line is appended again, which only makes it durable.
    const lines = batch.length === 0 && this.#owed !== null ? [this.#owed] : batch;
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return this.#paid();
    const sync = this.#isDue || batch.some((entry) => entry.sync === true);
    const texts = lines.map((entry) => entry.text);
    await this.#store.append(texts, { epoch: this.#epoch, expectedHead: first.prev, firstSeq: first.seq, sync });
    if (sync) this.#paid();
    else if (this.#owed !== null || batch.some((entry) => entry.sync === 'soon')) this.#owe(last);
    await this.#after({ seq: last.seq, head: last.hash, sync });
  }

  #owe(last: Entry): void {
    this.#owed = last;
    this.#timer ??= setTimeout(() => void this.#pay(), soonMs);
  }

  #paid(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#owed = null;
    this.#isDue = false;
  }
}

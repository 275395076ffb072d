import { JournalTail, readValue, type JournalRecord } from '#runtime';
import type { JournalView } from '../reconcile/plan.ts';
import { project, withResult, type Projection } from '../reconcile/projection.ts';

/** The journal of a Session on this machine, as its status shows it. */
export class LocalJournal {
  readonly #dir: string;
  readonly #tail: JournalTail;
  readonly #onRecord: (record: JournalRecord) => void;
  #projection: Projection | null = null;

  constructor(dir: string, onRecord: (record: JournalRecord) => void) {
    this.#dir = dir;
    this.#tail = new JournalTail(dir);
    this.#onRecord = onRecord;
  }

  /** Everything that is whole now; what is new is told, each record once. Null before the first record. */
  async view(): Promise<JournalView | null> {
    for (const record of await this.#tail.next()) {
      this.#projection = project(this.#projection, record);
      this.#onRecord(record);
    }
    if (this.#projection === null) return null;
    this.#projection = await withResult(this.#projection, (digest) => readValue(this.#dir, digest));
    return this.#projection.view;
  }

  async close(): Promise<void> {
    await this.#tail.close();
  }
}

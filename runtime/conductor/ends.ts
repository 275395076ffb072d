import type { JournalRecord } from '../journal/record.ts';

/** Where the ends of steps stand in a list of records that grows: each record is looked at once. */
export class Ends {
  readonly #at = new Map<string, number>();
  #seen = 0;

  /** The place of the last end at a path, -1 where there is none. `records` are those of the last call, and what came after them. */
  lastAt(records: readonly JournalRecord[], path: string): number {
    for (; this.#seen < records.length; this.#seen += 1) {
      const record = records[this.#seen];
      if (record?.type === 'step.ended') this.#at.set(record.path, this.#seen);
    }
    return this.#at.get(path) ?? -1;
  }
}

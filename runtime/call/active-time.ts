import { parseInstant } from '#crds';
import type { JournalRecord } from '../journal/record.ts';

/**
 * How long a Session was at work from a record on, in ms: the spans of its attempts, not what lies between them, and
 * nothing of the time in which all that was left to do was wait for people.
 */
export function activeMs(records: readonly JournalRecord[], fromSeq: number): number {
  return new ActiveTime().since(records, fromSeq);
}

/** The same for a list that grows: each record is looked at once, however often it is asked. */
export class ActiveTime {
  readonly #open = new Open();
  /** By the seq of a record: the time up to it. */
  readonly #totals = new Map<number, number>();
  #seen = 0;
  #total = 0;
  #before: { readonly epoch: number; readonly at: string; readonly time: number; readonly waits: boolean } | null =
    null;

  /** `records` are those of the last call, and what came after them. */
  since(records: readonly JournalRecord[], fromSeq: number): number {
    for (; this.#seen < records.length; this.#seen += 1) {
      const record = records[this.#seen];
      if (record !== undefined) this.#add(record);
    }
    return this.#total - (this.#totals.get(fromSeq) ?? 0);
  }

  #add(record: JournalRecord): void {
    const before = this.#before;
    // Several records are of the same moment.
    const time = before?.at === record.at ? before.time : parseInstant(record.at);
    if (before !== null && before.epoch === record.epoch && !before.waits) {
      this.#total += Math.max(0, time - before.time);
    }
    this.#totals.set(record.seq, this.#total);
    this.#open.add(record);
    this.#before = { epoch: record.epoch, at: record.at, time, waits: this.#open.allWait };
  }
}

/** What was begun and not ended, as the journal tells it. */
class Open {
  readonly #gates = new Set<number>();
  readonly #work = new Set<string>();

  get allWait(): boolean {
    return this.#gates.size > 0 && this.#work.size === 0;
  }

  add(record: JournalRecord): void {
    switch (record.type) {
      case 'attempt.started':
        this.#gates.clear();
        this.#work.clear();
        return;
      case 'gate.opened':
        this.#gates.add(record.seq);
        return;
      case 'gate.decided':
        this.#gates.delete(record.body.gate);
        return;
      case 'call.intent':
        // What has calls of its own is at work where they are.
        if (record.body.recovery !== 'reenter') this.#work.add(record.path);
        return;
      case 'model.request':
        this.#work.add(record.path);
        return;
      case 'call.outcome':
      case 'call.withdrawn':
      case 'model.response':
        this.#work.delete(record.path);
        return;
      default:
    }
  }
}

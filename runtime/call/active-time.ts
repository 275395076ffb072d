import { parseInstant } from '#crds';
import type { JournalRecord } from '../journal/record.ts';

/**
 * How long a Session was at work from a record on, in ms: the spans of its attempts, not what lies between them, and
 * nothing of the time in which all that was left to do was wait for people.
 */
export function activeMs(records: readonly JournalRecord[], fromSeq: number): number {
  const open = new Open();
  let total = 0;
  let before: { readonly epoch: number; readonly time: number; readonly waits: boolean } | null = null;
  for (const record of records) {
    const time = parseInstant(record.at);
    if (before !== null && before.epoch === record.epoch && !before.waits && record.seq > fromSeq) {
      total += Math.max(0, time - before.time);
    }
    open.add(record);
    before = { epoch: record.epoch, time, waits: open.allWait };
  }
  return total;
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
      case 'model.response':
        this.#work.delete(record.path);
        return;
      default:
    }
  }
}

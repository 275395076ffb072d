import type { Told } from '#controller';
import type { JournalRecord } from '#runtime';

/** Where what happened is shown. */
export interface Shown {
  record(record: JournalRecord): void;
  tell(told: Told): void;
}

/**
 * Puts together what comes from a session process on two ways: its records from the journal, and what is in no record over a
 * pipe, which also says when each record was written. What a tool logs is shown behind the record that it came after, and
 * before the next. Text of a model is passed on as it arrives: it has ways of its own to stay in order.
 */
export class InOrder implements Shown {
  readonly #shown: Shown;
  #waiting: readonly { readonly after: number; readonly told: Told }[] = [];
  /** The last record that the pipe told of, and the last that the journal gave. */
  #written = 0;
  #read = 0;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  /** The pipe says that a record was written. */
  written(seq: number): void {
    this.#written = Math.max(this.#written, seq);
  }

  tell(told: Told): void {
    if (told.type === 'delta') return this.#shown.tell(told);
    this.#waiting = [...this.#waiting, { after: this.#written, told }];
    this.#tellUpTo(this.#read);
  }

  record(record: JournalRecord): void {
    this.#tellUpTo(record.seq - 1);
    this.#shown.record(record);
    this.#read = record.seq;
    this.#tellUpTo(record.seq);
  }

  /** Nothing more comes. */
  end(): void {
    this.#tellUpTo(Number.POSITIVE_INFINITY);
  }

  #tellUpTo(seq: number): void {
    const due = this.#waiting.filter(({ after }) => after <= seq);
    this.#waiting = this.#waiting.filter(({ after }) => after > seq);
    for (const { told } of due) this.#shown.tell(told);
  }
}

import { isJsonObject } from '#crds';
import type { Trail } from '../call/trail.ts';
import type { Adjust } from '../inbox/inbox.ts';
import type { JournalRecord } from '../journal/record.ts';
import { readAdjust } from './read-change.ts';

/** An adjustment that a person asked for. */
export interface Wish {
  readonly id: string;
  /** Of the record that says that it arrived. */
  readonly seq: number;
  readonly by: string;
  readonly adjust: Adjust;
}

/** What people asked for, as the journal says. In a replay nobody asks: what came of it is on record. */
export class Received {
  readonly #trail: Trail;
  readonly #wishes: Wish[] = [];
  #seen = 0;
  #reading: Promise<void> = Promise.resolve();
  /** Seq of the last message that had the Session go on, or end. */
  #wokenAt = 0;

  constructor(trail: Trail) {
    this.#trail = trail;
  }

  /** In the order in which they arrived. */
  async wishes(): Promise<readonly Wish[]> {
    await this.#catchUp();
    return this.#wishes;
  }

  /** Whether a person had the Session go on, or cancelled it, after that record. */
  async isWokenAfter(seq: number): Promise<boolean> {
    await this.#catchUp();
    return this.#wokenAt > seq;
  }

  #catchUp(): Promise<void> {
    if (!this.#trail.live || this.#seen === this.#trail.records.length) return this.#reading;
    const { records } = this.#trail;
    const arrived: JournalRecord<'input.received'>[] = [];
    for (; this.#seen < records.length; this.#seen += 1) {
      const record = records[this.#seen];
      if (record?.type === 'input.received' && record.body.refused === null) arrived.push(record);
    }
    if (arrived.length > 0) this.#reading = this.#reading.then(() => this.#read(arrived));
    return this.#reading;
  }

  async #read(arrived: readonly JournalRecord<'input.received'>[]): Promise<void> {
    for (const { seq, body } of arrived) {
      const { id, kind, content, contentDigest, from } = body;
      if (kind === 'decision') continue;
      const message = await this.#trail.read(content, contentDigest);
      const control = isJsonObject(message) ? message['control'] : null;
      if (kind === 'control' && (control === 'resume' || control === 'cancel')) this.#wokenAt = seq;
      const adjust = kind === 'adjustment' ? readAdjust(message) : null;
      if (adjust !== null) this.#wishes.push({ id, seq, by: from.name, adjust });
    }
  }
}

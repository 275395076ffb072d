import { OrketError } from '#crds';
import type { JournalRecord, RecordType, WorkspaceChange } from '../journal/record.ts';
import { Below } from './below.ts';
import { FileChanges } from './file-changes.ts';
import { splitAttempt } from './path.ts';

/** What is asked and answered: a call by its intent and outcome, a model turn by its request and response. */
export type Asked = JournalRecord<'call.intent' | 'model.request'>;
export type Answer = JournalRecord<'call.outcome' | 'model.response'>;
/** What was asked and came to nothing is as if it had not been asked. */
export type Unasked = JournalRecord<'call.withdrawn'>;

/** Records that an attempt at a step, a call or a turn begins or ends with. */
const attempted: ReadonlySet<RecordType> = new Set(['step.started', 'call.denied', 'call.intent', 'model.request']);

/** One try at a call or a model turn. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** With the attempt: `review#1~1/t2~1`. */
  readonly path: string;
  readonly asked: Asked;
  /** Null where the attempt ended without a definite answer. */
  readonly answer: Answer | null;
}

/** Records found by where and what they are. The list may grow: what was added is seen by the next question. */
export class History {
  readonly #records: readonly JournalRecord[];
  #seen = 0;
  readonly #taken = new Map<string, JournalRecord>();
  readonly #firsts = new Map<RecordType, Map<string, JournalRecord>>();
  readonly #attempts = new Map<string, Attempt[]>();
  readonly #last = new Map<string, number>();
  readonly #changes = new FileChanges();
  readonly #asked = new Below<Asked | Answer | Unasked>();

  /** `taken` are the facts of a fork: they come before everything else. */
  constructor(records: readonly JournalRecord[], taken: readonly JournalRecord[] = []) {
    this.#records = records;
    for (const record of taken) {
      this.#add(record);
      this.#taken.set(`${record.type} ${splitAttempt(record.path).base}`, record);
    }
  }

  /** The last fact of a type that a fork took over for what `base` names. */
  taken<T extends RecordType>(type: T, base: string): (JournalRecord & JournalRecord<T>) | undefined {
    if (this.#taken.size === 0) return undefined;
    const record = this.#taken.get(`${type} ${base}`);
    return record !== undefined && isOf(record, type) ? record : undefined;
  }

  /** The first record of a type at a path. */
  find<T extends RecordType>(type: T, path: string): (JournalRecord & JournalRecord<T>) | undefined {
    this.#catchUp();
    const record = this.#firsts.get(type)?.get(path);
    return record !== undefined && isOf(record, type) ? record : undefined;
  }

  /** Every attempt at what `base` names, in order. */
  attempts(base: string): readonly Attempt[] {
    this.#catchUp();
    return this.#attempts.get(base) ?? [];
  }

  /** Digest of what an attempt was asked with: people may have let it through with another input. */
  askedDigest(asked: Asked): string {
    const gate = this.find('gate.opened', `${asked.path}/g1`);
    if (gate?.body.kind === 'policy') return gate.body.inputDigest;
    return asked.type === 'call.intent' ? asked.body.inputDigest : asked.body.requestDigest;
  }

  /** The last attempt at what `base` names that was begun or refused, 1 where there is none. */
  lastAttempt(base: string): number {
    this.#catchUp();
    return this.#last.get(base) ?? 1;
  }

  /** What the calls below a path, and the one at it, changed in the Workspace and was not undone. */
  changesAt(path: string): readonly WorkspaceChange[] {
    this.#catchUp();
    return this.#changes.at(path);
  }

  /** What was asked and answered at a path and below it, or withdrawn, in order. */
  askedAt(path: string): readonly (Asked | Answer | Unasked)[] {
    this.#catchUp();
    return this.#asked.at(path);
  }

  #catchUp(): void {
    for (; this.#seen < this.#records.length; this.#seen += 1) {
      const record = this.#records[this.#seen];
      if (record !== undefined) this.#add(record);
    }
  }

  #add(record: JournalRecord): void {
    const firsts = this.#firsts.get(record.type) ?? new Map<string, JournalRecord>();
    this.#firsts.set(record.type, firsts);
    if (!firsts.has(record.path)) firsts.set(record.path, record);
    if (attempted.has(record.type)) {
      const { base, attempt } = splitAttempt(record.path);
      this.#last.set(base, Math.max(this.#last.get(base) ?? 1, attempt));
    }
    this.#changes.add(record);
    if (record.type === 'call.intent' || record.type === 'model.request') this.#ask(record);
    if (record.type === 'call.outcome' || record.type === 'model.response') this.#answer(record);
    if (record.type === 'call.withdrawn') this.#asked.add(record.path, record);
  }

  #ask(asked: Asked): void {
    this.#asked.add(asked.path, asked);
    const { base, attempt } = splitAttempt(asked.path);
    const known = this.#attempts.get(base) ?? [];
    this.#attempts.set(base, [...known, { number: attempt, path: asked.path, asked, answer: null }]);
  }

  #answer(answer: Answer): void {
    this.#asked.add(answer.path, answer);
    const { base, attempt } = splitAttempt(answer.path);
    const known = this.#attempts.get(base) ?? [];
    this.#attempts.set(
      base,
      known.map((entry) => (entry.number === attempt && entry.answer === null ? { ...entry, answer } : entry)),
    );
  }
}

function isOf<T extends RecordType>(record: JournalRecord, type: T): record is JournalRecord & JournalRecord<T> {
  return record.type === type;
}

/** The record as one of its type. Throws `Internal` where it is another: the runtime mixed up its own records. */
export function expectOf<T extends RecordType>(record: JournalRecord, type: T): JournalRecord<T> {
  if (isOf(record, type)) return record;
  throw new OrketError('Internal', 'a record of another type', {
    at: `record ${record.seq}`,
    expected: type,
    found: record.type,
  });
}

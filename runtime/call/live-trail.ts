import { digestOf, OrketError, type Digest, type JsonValue } from '#crds';
import type { Sync } from '../journal/commits.ts';
import type { Journal } from '../journal/journal.ts';
import type {
  Draft,
  FileContent,
  JournalRecord,
  Recorded,
  RecordType,
  Recovery,
  WorkspaceChange,
} from '../journal/record.ts';
import { ActiveTime } from './active-time.ts';
import { History, type Answer, type Asked, type Attempt, type Unasked } from './history.ts';
import type { Effect, Fact, Next, Trail } from './trail.ts';

/** The trail of a running Session: what the journal holds is taken from it, what it lacks is appended. */
export class LiveTrail implements Trail {
  readonly live = true;
  readonly #journal: Journal;
  readonly #history: History;
  readonly #activeTime = new ActiveTime();
  readonly #clock: () => number;
  readonly #stopped: AbortSignal;
  readonly #failed: (error: unknown) => void;
  /** How many facts a fork took over, and these with all records so far. */
  readonly #taken: number;
  readonly #all: JournalRecord[];
  /** Records on their way to the store, and since when there are any. */
  #writing = 0;
  #writingSince = 0;
  #awayMs = 0;
  /** Of the last answer: it is durable before anything else is asked. */
  #answeredSeq = 0;

  /**
   * `taken` is what a fork took over. Once `stopped` fires nothing more is appended: the attempt ends there, the Session
   * does not. `failed` is called when the journal takes nothing more.
   */
  constructor(
    journal: Journal,
    clock: () => number,
    stopped: AbortSignal,
    failed: (error: unknown) => void,
    taken: readonly JournalRecord[] = [],
  ) {
    this.#journal = journal;
    this.#history = new History(journal.records, taken);
    this.#taken = taken.length;
    this.#all = [...taken];
    this.#clock = clock;
    this.#stopped = stopped;
    this.#failed = failed;
  }

  get records(): readonly JournalRecord[] {
    const { records } = this.#journal;
    if (this.#taken === 0) return records;
    for (let index = this.#all.length - this.#taken; index < records.length; index += 1) {
      const record = records[index];
      if (record !== undefined) this.#all.push(record);
    }
    return this.#all;
  }

  taken<T extends RecordType>(type: T, base: string): JournalRecord<T> | undefined {
    return this.#history.taken(type, base);
  }

  recall<T extends RecordType>(type: T, path: string): JournalRecord<T> | undefined {
    return this.#history.find(type, path);
  }

  async once<T extends RecordType>({ type, path, make, sync }: Fact<T>): Promise<JournalRecord<T>> {
    return this.recall(type, path) ?? this.#append(await make(), sync ?? false);
  }

  async input<T extends RecordType>({ type, path, make }: Fact<T>): Promise<JournalRecord<T>> {
    return this.recall(type, path) ?? this.#append(await make(), true);
  }

  async append(draft: Draft, { sync }: { readonly sync: boolean }): Promise<void> {
    await this.#append(draft, sync);
  }

  async next({ base, digest, recovery, mostUnanswered }: Effect, after: Effect['after']): Promise<Next> {
    const fact = this.taken('model.response', base);
    if (fact !== undefined) return { kind: 'answered', answer: fact };
    const attempts = this.#history.attempts(base).filter(({ number }) => number > after.attempt);
    const equal = attempts.filter(
      ({ asked, path }) => this.#history.askedDigest(asked) === digest && !this.#isWithdrawn(path),
    );
    const answer = equal.find((attempt) => attempt.answer !== null)?.answer ?? null;
    if (answer !== null) return { kind: 'answered', answer };
    const last = equal.at(-1);
    if (last !== undefined && recovery === 'reenter') return { kind: 'reentered', asked: last.asked };
    // What the call said of itself when it was begun counts as well as what is thought of it now.
    if (last !== undefined && (asksFirst(recovery) || saidUnknown(last.asked) || equal.length >= mostUnanswered))
      return { kind: 'unknown', asked: last.asked, unanswered: this.#unproven(last) };
    const number = Math.max(after.attempt, attempts.at(-1)?.number ?? 0) + 1;
    return { kind: 'fresh', attempt: number, unanswered: this.#unproven(attempts.at(-1)) };
  }

  async ask(draft: Draft<Asked['type']>, { sync }: { readonly sync: boolean }): Promise<void> {
    await this.#append(draft, sync || this.#answeredSeq > this.#journal.syncedSeq);
  }

  /** What follows from an answer is mostly the next question: both become durable together, before that is put. */
  async answer(draft: Draft<Answer['type']>): Promise<Answer> {
    const answered = this.#append(draft, 'soon');
    this.#answeredSeq = this.#journal.seq;
    return answered;
  }

  settle(): Promise<void> {
    return this.#journal.flush();
  }

  /** What is there is there; nothing more is written below. */
  leave(): void {}

  lastAttempt(base: string): number {
    return this.#history.lastAttempt(base);
  }

  changesAt(path: string): readonly WorkspaceChange[] {
    return this.#history.changesAt(path);
  }

  askedAt(path: string): readonly (Asked | Answer | Unasked)[] {
    return this.#history.askedAt(path);
  }

  activeMsSince(type: RecordType, path: string): number {
    const first = this.recall(type, path);
    // Nothing came after it yet, as where a first attempt begins.
    if (first === undefined || first === this.records.at(-1)) return 0;
    return this.#activeTime.since(this.records, first.seq);
  }

  awayMs(): number {
    return this.#awayMs + (this.#writing === 0 ? 0 : this.#waited());
  }

  record(value: JsonValue): Promise<Recorded | null> {
    return this.#journal.record(value);
  }

  async read(recorded: Recorded | null, digest: Digest): Promise<JsonValue> {
    const value = await this.#journal.read(recorded, digest);
    const found = digestOf(value);
    if (found === digest) return value;
    throw new OrketError('JournalCorrupt', 'a recorded value is not the one that was recorded', {
      expected: digest,
      found,
    });
  }

  keep(bytes: Uint8Array, packed = false): Promise<FileContent | null> {
    return this.#journal.putFile(bytes, packed);
  }

  readFile(content: FileContent | null, digest: Digest): Promise<Uint8Array> {
    return this.#journal.readFile(content, digest);
  }

  holds(digest: Digest): boolean {
    return this.#journal.holds(digest);
  }

  /** An attempt of this process, or of one proven dead, cannot act any more. */
  #unproven(last: Attempt | undefined): Asked | null {
    if (last === undefined || last.answer !== null || this.#isWithdrawn(last.path)) return null;
    if (this.#journal.previousIsDead) return null;
    return last.asked.epoch === this.#journal.epoch ? null : last.asked;
  }

  /** Nothing has begun there, and nothing will. */
  #isWithdrawn(path: string): boolean {
    return this.recall('call.withdrawn', path) !== undefined;
  }

  /** A disk takes milliseconds; what takes longer than this is a store that is away. */
  #waited(): number {
    const waitedMs = this.#clock() - this.#writingSince;
    return waitedMs < 1_000 ? 0 : waitedMs;
  }

  async #append<T extends RecordType>(draft: Draft<T>, sync: Sync): Promise<JournalRecord<T>> {
    this.#stopped.throwIfAborted();
    if (this.#writing === 0) this.#writingSince = this.#clock();
    this.#writing += 1;
    try {
      return await this.#journal.append(draft, { sync });
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      this.#writing -= 1;
      if (this.#writing === 0) this.#awayMs += this.#waited();
    }
  }
}

function saidUnknown(asked: Asked): boolean {
  return asked.type === 'call.intent' && asksFirst(asked.body.recovery);
}

/** Whether somebody has to be asked before it is done again. */
function asksFirst(recovery: Recovery): boolean {
  return recovery === 'unknown' || recovery === 'probe';
}

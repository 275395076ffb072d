import type { Digest, JsonValue } from '#crds';
import type {
  AttemptBody,
  Draft,
  FileContent,
  JournalRecord,
  Recorded,
  RecordType,
  Recovery,
  WorkspaceChange,
} from '../journal/record.ts';
import type { Answer, Asked, Unasked } from './history.ts';
import type { Reservation, Settling } from './reservation.ts';

/**
 * The journal as calls see it: what is there already, and a place for what happens now. A live run and a replay differ
 * in their trail alone: the live one appends what is missing, the replay takes nothing that is not recorded and compares
 * the rest.
 */
export interface Trail {
  /** The records this run stands on: all of the journal, in a replay those it has come to. */
  readonly records: readonly JournalRecord[];
  /** What was recorded at a path, if anything: an input that is not computed again. */
  recall<T extends RecordType>(type: T, path: string): JournalRecord<T> | undefined;
  /**
   * What a fork took over of that type for what a path without its attempt names: it is as it is, whatever the bundle says
   * now of what led to it.
   */
  taken<T extends RecordType>(type: T, base: string): JournalRecord<T> | undefined;
  /** A fact that follows from what came before: recorded once for its path, and taken from there afterwards. */
  once<T extends RecordType>(fact: Fact<T>): Promise<JournalRecord<T>>;
  /** Something that does not follow from what came before: made once, and in a replay only found. */
  input<T extends RecordType>(fact: Fact<T>): Promise<JournalRecord<T>>;
  /** Whether things happen: false in a replay, where nothing is looked at but the journal. */
  readonly live: boolean;
  /** What this attempt saw and no later one repeats. */
  append(draft: Draft, options: { readonly sync: boolean }): Promise<void>;
  /**
   * What has to be done about an effect, attempts up to `after` having been dealt with: nothing, because it is answered;
   * go on with it; find out what came of it; or begin it.
   */
  next(effect: Effect, after: Effect['after']): Promise<Next>;
  ask(draft: Draft<Asked['type']>, options: { readonly sync: boolean }): Promise<void>;
  /** Records the answer and gives it back as every later run will find it. It is durable before anything else is asked. */
  answer(draft: Draft<Answer['type']>): Promise<Answer>;
  /** Every answer so far is durable: before one is given to code that acts without asking. */
  settle(): Promise<void>;
  /** What lies below a path was cut short by what went on beside it: it counts as it is and is not computed again. */
  leave(path: string): void;
  /** The last attempt at what a path without its attempt names: the last one prepared; 1 where there is none. */
  lastAttempt(base: string): number;
  /** What calls at and below a path changed in the Workspace, without what was done in branches that were cancelled. */
  changesAt(path: string): readonly WorkspaceChange[];
  /** What was asked and answered at a path and below it, or withdrawn, in order. */
  askedAt(path: string): readonly (Asked | Answer | Unasked)[];
  /** Milliseconds that the Session was at work since the first record of that type at that path, 0 for none. */
  activeMsSince(type: RecordType, path: string): number;
  /** Milliseconds of this attempt in which the journal could not be written: deadlines stop while nothing may begin. */
  awayMs(): number;
  /** How the next record holds a value: null where its digest is enough, because an earlier record holds it. */
  record(value: JsonValue): Promise<Recorded | null>;
  /** The value of a record. Throws `JournalCorrupt` where it has not the digest stated beside it. */
  read(recorded: Recorded | null, digest: Digest): Promise<JsonValue>;
  keep(bytes: Uint8Array, packed?: boolean): Promise<FileContent | null>;
  /** The bytes of a file that a record holds, or an earlier one where this holds none. */
  readFile(content: FileContent | null, digest: Digest): Promise<Uint8Array>;
  /** Whether an earlier record holds what has that digest. */
  holds(digest: Digest): boolean;
}

export interface Fact<T extends RecordType> {
  readonly type: T;
  readonly path: string;
  readonly make: () => Promise<Draft<T>>;
  /** Whether it has to be durable before anything else happens. */
  readonly sync?: boolean;
}

/** Something that happens outside the core: a call, or a model turn. It is asked for in the journal before it begins. */
export interface Effect {
  /** Path without its own attempt; ancestors keep theirs. */
  readonly base: string;
  /** Of the input or the request: only an equal one is answered from the journal. */
  readonly digest: string;
  readonly recovery: Recovery;
  /** Whether the intent has to be durable before the effect begins. */
  readonly syncIntent: boolean;
  /** Attempts without an answer that are simply repeated, where that is safe by its key; then people are asked. */
  readonly mostUnanswered: number;
  /** Attempts up to this one have been dealt with; a repeat comes after it, and after a pause. */
  readonly after: { readonly attempt: number; readonly pauseMs: number };
  /** What has to be said and decided before an attempt is asked for, once for its path. Throws what refuses it. */
  prepare(path: string): Promise<void>;
  /** Sets aside what an attempt that is about to be asked for may use. Throws what refuses it. */
  reserve(path: string): Promise<Reservation>;
  ask(path: string, limits: AttemptBody): Promise<Draft<Asked['type']>>;
  /** What budgets hold for an attempt that an earlier process asked for: what its intent says was set aside. */
  reserved(asked: Asked): Settling;
  /** Whether what was decided of an attempt that was prepared still holds. Default yes. */
  holds?(): boolean;
  /** Goes on with what an earlier attempt of the Session asked for. */
  resume(asked: Asked): Promise<void>;
  /**
   * Does it, once, and says what came of it; null where nobody knows. What has to be got ready first calls `begin` when
   * that is done. Throws only what ends the attempt of the Session, or the Session, and `Withdrawn`.
   */
  perform(path: string, begin: () => void): Promise<Draft<Answer['type']> | null>;
  /** Finds out what came of an attempt of which nobody knows: an answer, or null for another attempt. */
  resolve(asked: Asked): Promise<Draft<Answer['type']> | null>;
}

export const firstAttempt = { attempt: 0, pauseMs: 0 } as const;

export type Next =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** Begun before and not answered: done again under the same intent, its children answered from the journal. */
  | { readonly kind: 'reentered'; readonly asked: Asked }
  /** Nobody knows whether it happened: that has to be found out first. `unanswered` as below. */
  | { readonly kind: 'unknown'; readonly asked: Asked; readonly unanswered: Asked | null }
  /** `unanswered` is an attempt of another process of which nobody knows whether it can still act. */
  | { readonly kind: 'fresh'; readonly attempt: number; readonly unanswered: Asked | null };

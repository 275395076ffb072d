import type { JsonObject } from '#crds';
import type { RecordBodies } from './record-bodies.ts';

export type { RecordBodies } from './record-bodies.ts';
export { inlineBytes, maxLineBytes, maxBlobBytes } from './words.ts';
export type {
  Recorded,
  BlobRef,
  Risk,
  CallKind,
  Recovery,
  Demand,
  ErrorBody,
  AttemptBody,
  Amounts,
  Identity,
  Usage,
  WorkspaceChange,
  FileKind,
  FileContent,
  ToolDigest,
  MatchedRule,
  GateKind,
  GateVerdict,
  Withdrawal,
} from './words.ts';

/**
 * One line of a journal: canonical JSON, one object a line, each bound to the one before by `prev`.
 * `hash` is SHA-256 over the canonical record without `hash`; the first `prev` is 64 zeros. Source: docs/reference/journal.md.
 * `JournalRecord` alone is the union of all types: a switch over `type` knows the body.
 */
export type JournalRecord<T extends RecordType = RecordType> = { readonly [K in T]: RecordOf<K, RecordBodies[K]> }[T];

/** A record of a type that this build does not know. Its place in the chain is checked, its body is not. */
export type ForeignRecord = RecordOf<string, JsonObject>;

interface RecordOf<T extends string, Body> {
  readonly v: 1;
  /** From 1, without gaps. */
  readonly seq: number;
  /** The attempt that wrote it. An append under an old epoch is refused. */
  readonly epoch: number;
  readonly prev: string;
  readonly hash: string;
  readonly type: T;
  /** Where in the Session it happened (`review#1~1/t2~1/c1~1`), empty for the Session itself. */
  readonly path: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  /** The highest seq that was known durable when this record was written, 0 for none. */
  readonly synced: number;
  /** A reader that does not know a type marked so refuses the journal. */
  readonly sem?: true;
  readonly body: Body;
}

export type RecordType = keyof RecordBodies;

/** A record as its writer knows it: the journal adds place, chain and time. */
export type Draft<T extends RecordType = RecordType> = {
  readonly [K in T]: { readonly type: K; readonly path: string; readonly body: RecordBodies[K]; readonly sem?: true };
}[T];

export const firstPrev = '0'.repeat(64);

import type { Digest, JsonObject, JsonValue } from '#crds';

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

/**
 * A user's value is never bare in a record: inline up to 32 KiB of canonical JSON, else in the blob pack. Where a record
 * says null beside a digest, an earlier record holds what has that digest, by itself or inside a value.
 */
export type Recorded = { readonly value: JsonValue } | { readonly blob: BlobRef };

/** Bytes in `blobs.pack`. The digest of a value is that of its canonical JSON, of a file that of its bytes. */
export interface BlobRef {
  readonly digest: Digest;
  readonly offset: number;
  readonly bytes: number;
}

export const inlineBytes = 32 * 1024;

/** Bound on one line of a journal in bytes, for writers and readers alike. */
export const maxLineBytes = 16 * 1024 * 1024;

/** Bound on one blob in bytes. */
export const maxBlobBytes = 256 * 1024 * 1024;

export type Risk = 'read' | 'write' | 'network' | 'destructive';
export type CallKind = 'role' | 'tool';
/** What may be done again when an attempt ends without a definite answer. */
export type Recovery = 'safe' | 'workspace' | 'reenter' | 'unknown';

export interface ErrorBody {
  readonly reason: string;
  readonly message: string;
}

/** What limits an attempt. `reservation` is null where nothing is limited. */
export interface AttemptBody {
  readonly attempt: number;
  /** RFC 3339; an effect may not start later than this. */
  readonly notAfter: string;
  readonly reservation: JsonObject | null;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly reasoningTokens?: number;
}

/**
 * A change a built-in tool made to the Workspace: what a later attempt rebuilds it from. A digest of null is absence;
 * content of null beside a digest is bytes that an earlier record holds.
 */
export interface WorkspaceChange {
  readonly kind: FileKind;
  /** Relative to the Workspace, `/` between segments. */
  readonly path: string;
  readonly before: Digest | null;
  readonly after: Digest | null;
  readonly content: FileContent | null;
}

/** What is at a path of the Workspace, or was before it was removed. */
export type FileKind = 'file' | 'exec' | 'link';

/** Bytes of a file: UTF-8 text inline where it is short, else in the pack. */
export type FileContent = { readonly text: string } | { readonly blob: BlobRef };

/** A rule of a Policy, by the digest of the rule as it is projected into a bundle. */
export interface MatchedRule {
  readonly digest: Digest;
  readonly action: 'allow' | 'deny';
  readonly source: 'bundle';
  readonly name?: string;
}

export type LimitUnit = 'ms' | 'levels';

export interface RecordBodies {
  readonly 'session.started': {
    readonly uid: string;
    readonly bundle: { readonly digest: Digest; readonly version: number };
    readonly semantics: number;
    readonly runtime: string;
    readonly seed: string;
    readonly provenance: JsonObject;
  };
  readonly 'attempt.started': {
    readonly attempt: number;
    readonly runtime: string;
    /** What opening the journal cut off a torn tail, null for nothing. */
    readonly torn: { readonly bytes: number; readonly afterSeq: number } | null;
  };
  readonly 'step.started': {
    readonly kind: CallKind;
    readonly name: string;
    readonly input: Recorded | null;
    readonly inputDigest: Digest;
  };
  readonly 'step.ended': {
    readonly status: 'succeeded' | 'failed';
    readonly outputDigest: Digest | null;
    readonly output: Recorded | null;
    readonly error: ErrorBody | null;
  };
  readonly 'call.intent': AttemptBody & {
    readonly kind: CallKind;
    readonly name: string;
    readonly risk: Risk;
    readonly recovery: Recovery;
    readonly input: Recorded | null;
    readonly inputDigest: Digest;
    /** SHA-256(Session UID, stable path): the same in every attempt. */
    readonly key: Digest;
  };
  readonly 'call.outcome': {
    readonly status: 'succeeded' | 'failed';
    readonly output: Recorded | null;
    readonly outputDigest: Digest | null;
    readonly error: ErrorBody | null;
    readonly changes: readonly WorkspaceChange[];
  };
  readonly 'call.denied': {
    readonly kind: CallKind;
    readonly name: string;
    readonly risk: Risk;
    readonly input: Recorded | null;
    readonly inputDigest: Digest;
    readonly error: ErrorBody;
  };
  readonly 'model.request': AttemptBody & {
    readonly role: string;
    readonly model: string;
    readonly requestDigest: Digest;
    /** The messages of the request at `seq` come first, then these; each message is stored once. */
    readonly prefix: { readonly seq: number; readonly count: number } | null;
    /** A message is null where an earlier request holds it, or where it only repeats a response or an outcome. */
    readonly messages: readonly { readonly digest: Digest; readonly message: Recorded | null }[];
    readonly tools: readonly { readonly name: string; readonly digest: Digest }[];
    readonly params: JsonObject;
    readonly outputSchemaDigest: Digest | null;
  };
  readonly 'model.response': {
    readonly responseDigest: Digest | null;
    readonly response: Recorded | null;
    readonly error: ErrorBody | null;
    readonly usage: Usage | null;
    readonly backend: string;
  };
  readonly 'policy.decided': {
    readonly verdict: 'allow' | 'deny';
    readonly risk: Risk;
    /** The rules that matched, with what each says. */
    readonly rules: readonly MatchedRule[];
    readonly reason: string;
  };
  readonly 'file.access': {
    readonly reads: number;
    readonly lists: number;
    readonly writes: number;
    /** Digest of the sorted list of `[operation, space:path]`. */
    readonly listDigest: Digest;
    readonly refusals: readonly { readonly path: string; readonly rule: string }[];
  };
  readonly 'artifact.written': {
    readonly name: string;
    readonly mediaType: string;
    readonly digest: Digest;
    readonly bytes: number;
    readonly content: FileContent | null;
    readonly origin: string;
  };
  readonly 'workspace.snapshot': { readonly treeDigest: Digest };
  readonly 'limit.reached': {
    readonly limit: string;
    readonly unit: LimitUnit;
    readonly allowed: number;
    /** As it was seen then. */
    readonly used: number;
  };
  readonly 'session.ended': {
    readonly status: 'succeeded' | 'failed' | 'cancelled';
    readonly result: Recorded | null;
    readonly resultDigest: Digest | null;
    readonly error: ErrorBody | null;
    readonly stateDigest: Digest;
    readonly treeDigest: Digest;
    readonly usage: Usage;
  };
}

export const firstPrev = '0'.repeat(64);

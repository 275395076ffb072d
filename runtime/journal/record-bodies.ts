import type { Digest, JsonObject } from '#crds';
import type {
  Recorded,
  Risk,
  CallKind,
  Recovery,
  StepKind,
  Demand,
  ErrorBody,
  AttemptBody,
  Identity,
  Usage,
  WorkspaceChange,
  FileContent,
  ToolDigest,
  MatchedRule,
  LimitUnit,
  GateKind,
  GateVerdict,
  Withdrawal,
} from './words.ts';

/** What each type of record holds. */
export interface RecordBodies {
  readonly 'session.started': {
    readonly uid: string;
    readonly bundle: { readonly digest: Digest; readonly version: number };
    readonly semantics: number;
    readonly runtime: string;
    readonly seed: string;
    readonly provenance: JsonObject;
    /** What heuristics go by: seen once, when the Session began. */
    readonly observed?: JsonObject;
  };
  readonly 'attempt.started': {
    readonly attempt: number;
    readonly runtime: string;
    /** What opening the journal cut off a torn tail, null for nothing. */
    readonly torn: { readonly bytes: number; readonly afterSeq: number } | null;
  };
  readonly 'step.started': {
    readonly kind: StepKind;
    readonly name: string;
    readonly input: Recorded | null;
    readonly inputDigest: Digest;
  };
  /** At the iteration, without an attempt: none was begun. */
  readonly 'step.skipped': { readonly by: 'when' | 'conductor'; readonly reason: string };
  readonly 'step.ended': {
    readonly status: 'succeeded' | 'failed' | 'cancelled';
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
    /** Where nobody saw the outcome: the seq of the gate at which people supplied it, or of the probe's outcome. */
    readonly from?: { readonly gate: number } | { readonly probe: number };
  };
  /** Nothing was begun on the intent at this path, a call's or a model turn's: what it had reserved is free again. */
  readonly 'call.withdrawn': { readonly why: Withdrawal };
  /** The attempt at this path failed in a way that is tried again after a pause. */
  readonly 'call.retried': { readonly error: ErrorBody; readonly pauseMs: number };
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
    /** Null where they are those of the request at `prefix.seq`. */
    readonly tools: readonly ToolDigest[] | null;
    readonly params: JsonObject;
    readonly outputSchemaDigest: Digest | null;
  };
  readonly 'model.response': {
    readonly responseDigest: Digest | null;
    readonly response: Recorded | null;
    readonly error: ErrorBody | null;
    readonly usage: Usage | null;
    readonly backend: string;
    /** Exact where usage is known, else what was reserved. Absent where nothing has a price. */
    readonly picos?: number;
    /** Back ends that were tried before, in order, and why each did not serve. */
    readonly tried?: readonly { readonly backend: string; readonly error: ErrorBody }[];
    /** How long the back end that failed asked to wait. */
    readonly retryAfterMs?: number;
    /** It is certain that the attempt is charged nowhere: nothing was sent, or the server refused it. */
    readonly free?: true;
  };
  readonly 'policy.decided': {
    readonly verdict: 'allow' | 'deny' | 'approve';
    readonly risk: Risk;
    /** The rules that matched, with what each says. */
    readonly rules: readonly MatchedRule[];
    readonly reason: string;
    /** What rules looked at that a replay cannot compute again. */
    readonly saw?: JsonObject;
  };
  /** At `CALL/gN`. The gate is called `g<seq>` after this record. */
  readonly 'gate.opened': {
    readonly kind: GateKind;
    /** What would be called, empty for a step that only asks. */
    readonly name: string;
    readonly risk: Risk;
    readonly input: Recorded | null;
    readonly inputDigest: Digest;
    readonly callDigest: Digest;
    /** Files that the call names, as they are now, sorted by path. */
    readonly files: readonly { readonly path: string; readonly digest: Digest | null }[];
    readonly rules: readonly MatchedRule[];
    /** Why it waits, for people. */
    readonly message: string;
    /** What each rule that asks demands; a decision counts for every demand that the person meets. At least one. */
    readonly approvers: readonly Demand[];
    /** RFC 3339, null for never. */
    readonly expiresAt: string | null;
    readonly onExpiry: 'deny' | 'allow' | 'abort';
    /** An earlier approval that does not hold any more, and what of the call is otherwise. */
    readonly voids: { readonly gate: number; readonly changed: readonly string[] } | null;
  };
  readonly 'gate.decided': {
    /** Seq of the record that opened it. */
    readonly gate: number;
    readonly verdict: GateVerdict;
    /** Ids of the decisions it follows from; none for an expiry. */
    readonly decisions: readonly string[];
    readonly by: readonly Identity[];
    readonly note: string;
    /** Of `edited` the input instead, of `supplied` the outcome: `{output}` or `{error: {reason, message}}`. */
    readonly value: Recorded | null;
    readonly valueDigest: Digest | null;
  };
  /** Something that came through the inbox, also where nothing follows from it. */
  readonly 'input.received': {
    readonly id: string;
    readonly kind: 'decision' | 'adjustment' | 'control';
    readonly content: Recorded | null;
    readonly contentDigest: Digest;
    readonly from: Identity;
    /** Why nothing follows from it, null where something may. */
    readonly refused: string | null;
  };
  /** At `bN` below the iteration before which it is, or at `eN` below the attempt after which. */
  readonly 'conductor.adjusted': {
    readonly id: string;
    readonly op: 'skip' | 'patch' | 'enable' | 'disable' | 'pause' | 'retry' | 'abort' | 'suggest' | 'revert';
    readonly status: 'applied' | 'suggested';
    /** The BundleAdjustment, or `{reverts: id}`. */
    readonly value: Recorded | null;
    readonly valueDigest: Digest;
    readonly origin: 'rule' | 'heuristic' | 'person';
    /** Of the rule, the heuristic, or the person. */
    readonly by: string;
    readonly reason: string;
  };
  /** An input of the core that is not computed again: time, chance, a condition, the items of a loop. */
  readonly 'value.recorded': { readonly name: string; readonly value: Recorded | null; readonly valueDigest: Digest };
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
  readonly 'workspace.snapshot': {
    readonly treeDigest: Digest;
    /** Of a branch: its folder in the Workspace, of which the digest is. Absent for the whole. */
    readonly folder?: string;
  };
  readonly 'limit.reached': {
    readonly limit: string;
    readonly unit: LimitUnit;
    readonly allowed: number;
    /** As it was seen then. */
    readonly used: number;
  };
  /** The process goes away; an entry in the inbox, or a gate that expires, starts the next attempt. */
  readonly 'session.parked': {
    readonly reason: 'approval' | 'paused';
    /** Seqs of the gates that are open. */
    readonly gates: readonly number[];
    readonly treeDigest: Digest;
  };
  /** Right after `session.started`: what was taken over from another Session. */
  readonly 'session.forked': {
    readonly parent: { readonly uid: string; readonly bundle: Digest };
    readonly parentHead: { readonly seq: number; readonly head: string };
    /** Stable path before which history was taken over. */
    readonly at: string;
    /** A list of `{type, path, body}`: facts that are not judged again. */
    readonly outcomes: Recorded | null;
    readonly outcomesDigest: Digest;
    /** Of the Workspace that they leave. */
    readonly treeDigest: Digest;
  };
  /** A person had the Session go on under other semantics. */
  readonly 'session.migrated': { readonly from: number; readonly to: number; readonly by: Identity };
  /** A person accepted the loss of what came after this place, because it was broken. */
  readonly 'session.repaired': {
    readonly lost: { readonly records: number; readonly bytes: number };
    /** What was found at the first record that was lost. */
    readonly broken: { readonly field: string; readonly expected: string; readonly found: string };
    /** The last record that was anchored and is lost, null where none was known. */
    readonly anchoredSeq: number | null;
    readonly by: Identity;
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

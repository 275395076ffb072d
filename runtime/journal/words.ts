import type { Digest, IdentityLevel, JsonValue } from '#crds';

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
export type Recovery = 'safe' | 'keyed' | 'probe' | 'workspace' | 'reenter' | 'unknown';
/** What a step does; `name` beside it is a role, a tool, the digest of a Score, a block, or empty. */
export type StepKind = CallKind | 'score' | 'approval' | 'parallel' | 'forEach';

export interface ErrorBody {
  readonly reason: string;
  readonly message: string;
}

/** What limits an attempt. `reservation` is null where nothing is limited. */
export interface AttemptBody {
  readonly attempt: number;
  /** RFC 3339; an effect may not start later than this. */
  readonly notAfter: string;
  readonly reservation: Amounts | null;
}

/** Why nothing was begun on an intent: it had grown too old, Policies had become stricter, or what it belongs to was stopped. */
export type Withdrawal = 'late' | 'rules' | 'stopped';

/** What is set aside or was used. Costs are in units of 10^-12 of the unit of the Venue's prices. */
export interface Amounts {
  readonly calls: number;
  readonly tokens: number;
  readonly picos: number;
}

/** Who acted, and how that was verified. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
  readonly verifiedBy: IdentityLevel;
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

/** A tool that a model could call: its name, and the digest of what the model was told about it. */
export interface ToolDigest {
  readonly name: string;
  readonly digest: Digest;
}

/** A rule of a Policy, by the digest of the rule as it is projected into a bundle. */
export interface MatchedRule {
  readonly digest: Digest;
  readonly action: 'allow' | 'deny' | 'approve';
  /** `live` for a Policy that was not pinned: it can only tighten. */
  readonly source: 'bundle' | 'live';
  readonly name?: string;
}

export type LimitUnit = 'ms' | 'calls' | 'tokens' | 'picos';

/** Why a call waits: a rule, a step of its own, an outcome that nobody knows, or a callable that asked for it. */
export type GateKind = 'policy' | 'step' | 'unknown' | 'asked';

/** Whose approval one rule asks for. */
export interface Demand {
  /** Without users and groups everybody may who is known as well as `minIdentity` asks. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly notRequester: boolean;
  /** Different people. */
  readonly quorum: number;
  readonly minIdentity: IdentityLevel;
}

/** How a gate ended. `approved` to `expired` judge a call, `retry` to `aborted` an outcome that nobody knew. */
export type GateVerdict = 'approved' | 'edited' | 'denied' | 'expired' | 'retry' | 'supplied' | 'aborted';

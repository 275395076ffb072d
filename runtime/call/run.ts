import type { Bundle, BundleLimits, BundleRetry, Digest, JsonObject, JsonValue } from '#crds';
import type { CallKind, Recovery, Risk } from '../journal/record.ts';
import type { ModelProvider } from '../models/provider.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { CallFiles, Workspace } from '../workspace/workspace.ts';
import type { Conductor } from '../conductor/conductor.ts';
import type { Mask } from '../secrets/mask.ts';
import type { StateStore } from '../state/state.ts';
import type { Budget } from './budget.ts';
import type { Desk } from './desk.ts';
import type { Presence } from './presence.ts';
import type { Policies } from './policy.ts';
import type { Schemas } from './schema.ts';
import type { Effect, Trail } from './trail.ts';

/** What all calls of one Session share. A replay runs the same calls on another trail, without provider and clock. */
export interface Run {
  readonly uid: string;
  readonly bundle: Bundle;
  readonly semantics: Semantics;
  readonly registry: Registry;
  readonly policies: Policies;
  readonly schemas: Schemas;
  readonly trail: Trail;
  readonly mask: Mask;
  readonly workspace: Workspace;
  readonly budget: Budget;
  readonly presence: Presence;
  /** Where people are asked. */
  readonly desk: Desk;
  /** Policies that were not pinned, as they are now: they can only tighten. None in a replay. */
  readonly livePolicies: () => Policies;
  /** What rules may know of the Session: `{name, flow, requester}`, as its first record has it. */
  readonly about: JsonObject;
  /** Fires when the Session, or this attempt at it, ends. */
  readonly signal: AbortSignal;
  readonly conductor: Conductor;
  readonly provider: ModelProvider;
  readonly clock: () => number;
  readonly sleep: Sleep;
  readonly state: StateStore;
  /** Of `session.started`: what chance is drawn from. */
  readonly seed: string;
  /** Text of a model turn as it arrives, masked; never recorded. */
  readonly onDelta: (path: string, text: string) => void;
  /** What callables say on their way, masked and bounded; never recorded. */
  readonly onLog: (path: string, text: string) => void;
  readonly onProgress: (path: string, fraction: number | null, text: string) => void;
}

/** Waits; true when the time has passed, false when the signal fired before. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<boolean>;

/** Where a call is made from, and what limits it. */
export interface CallSite {
  readonly run: Run;
  /** Of the call to be made, without its attempt: `review#1~1/t2~1/c1`. */
  readonly path: string;
  /** Id of the step that it serves. */
  readonly step: string;
  /** Of the call to be made; a step's call is at 1. */
  readonly depth: number;
  /** The calling role, null for a step. */
  readonly role: string | null;
  /** The names that the caller may use, null for all. */
  readonly offered: ReadonlySet<string> | null;
  /** Files as they are seen from here: those of the Session, or of a branch. */
  readonly workspace: Workspace;
  readonly budget: Budget;
  /** Bounds that the caller sets for this call and what is below it. */
  readonly limits?: Omit<BundleLimits, 'depth'> | null;
  /** What the step allows, null for no limit of its own. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal;
  /** Attempts that have been dealt with; a next one comes after them. Default none. */
  readonly after?: Effect['after'];
  /**
   * Called with the path of each attempt before it is judged, and last with that of the attempt which the caller hears
   * of: a step says there that it has started.
   */
  readonly begin?: (path: string) => Promise<void>;
}

/**
 * What can be called by name: a role at work or a tool, with the same metadata, so that one can replace the other
 * and no caller changes.
 */
export interface Callable {
  /** A role is a DNS label, a tool `TOOLSET.TOOL`. */
  readonly name: string;
  readonly kind: CallKind;
  readonly description: string;
  /** Sorted; what a caller may look for beside risk and schemas. */
  readonly tags?: readonly string[];
  readonly inputSchema: JsonObject;
  /** Null takes anything. */
  readonly outputSchema: JsonObject | null;
  readonly risk: Risk;
  /** Names of what it may call itself. Default nothing. */
  readonly calls?: readonly string[];
  /** What may be done when an attempt ends without an answer. */
  readonly recovery: Recovery;
  /** Of recovery probe: the tool that is asked. */
  readonly probe?: string;
  /** Whether it may call others: it has no effect of its own, and is run again from its start. Roles always are. */
  readonly reentrant?: boolean;
  /** Whether the runtime itself does the work: what such a tool puts is what its own call does. Default no. */
  readonly isBuiltin?: boolean;
  readonly retry?: BundleRetry;
  /** Bounds on one call of it and everything below. */
  readonly limits?: Omit<BundleLimits, 'depth'>;
  /** Of the accepted definition and the code; part of what an approval is bound to. */
  readonly digest?: Digest;
  readonly timeoutMs: number | null;
  /**
   * Gets ready what the work needs and what takes a while, before its intent is written. Gives whether there was anything to
   * do. What it throws is what the call fails with.
   */
  readonly ready?: () => Promise<boolean>;
  /** Does the work. Its result is masked, made canonical and recorded before anybody sees it. */
  perform(input: JsonValue, context: AgentContext): Promise<JsonValue>;
}

/** A tool needs less to work with than a role. */
export interface Tool extends Callable {
  readonly kind: 'tool';
  perform(input: JsonValue, context: CallContext): Promise<JsonValue>;
}

/** Everything that can be called, by name: roles and tools alike. */
export type Registry = ReadonlyMap<string, Callable>;

/** What a callable may use while it performs. */
export interface CallContext {
  /** Path of this call with its attempt. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Files within the scopes of the Flow's workspace policy; every access is counted and journaled. */
  readonly files: CallFiles;
  /** The same in every attempt: what an outside service can tell a repeat by. */
  readonly key: Digest;
  /**
   * To be called right before something outside is asked to act, once all is ready for it. Throws where the intent of this
   * call has grown too old for that: whoever passes it on has done nothing.
   */
  begin(): void;
  /** Calls another role or tool as a child of this call. Throws OrketError for denials, limits and failures. */
  call(name: string, input: JsonValue, options?: CallOptions): Promise<JsonValue>;
  /** What there is to call with these properties, sorted by name. */
  find(wanted: Capability): readonly CallableFacts[];
  /** Asks people and waits. Throws what they decided against: `CallDenied`, `ApprovalExpired`. */
  approve(message: string, about: JsonValue): Promise<void>;
  /** A line for whoever watches, masked; never recorded. */
  log(text: string): void;
  /** How far it has come, from 0 to 1, or null for not known; never recorded. */
  progress(fraction: number | null, text: string): void;
  /** Milliseconds since the epoch, recorded: the same again in a resume and a replay. */
  now(): Promise<number>;
  /** At least 0, below 1: drawn from the seed of the Session. */
  random(): number;
  uuid(): string;
  readonly state: CallState;
  /** Keeps bytes as an artifact of the Session. */
  artifact(name: string, mediaType: string, content: Uint8Array): Promise<Digest>;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  /** Bounds on this call and everything below it. */
  readonly limits?: Omit<BundleLimits, 'depth'>;
}

/** What a caller may look for. Everything that is named has to hold. */
export interface Capability {
  readonly kind?: CallKind;
  /** All of them. */
  readonly tags?: readonly string[];
  /** At most this. */
  readonly risk?: Risk;
  /** That lets the same through, whatever it says for people. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
}

export type CallableFacts = Pick<Callable, 'name' | 'kind' | 'description' | 'inputSchema' | 'outputSchema' | 'risk'>;

/** What outlives a Session, by Flow: compare-and-swap by version, 0 for what is not there. */
export interface CallState {
  get(key: string): Promise<{ readonly value: JsonValue; readonly version: number }>;
  /**
   * Gives the new version. Throws `StateConflict` where `version` is not the one that is there. For what is not built in it is a call of
   * `state.put`, numbered among its others, and fails as that does.
   */
  put(key: string, value: JsonValue, version: number): Promise<number>;
}

/** What a role gets beside that: it numbers its children itself (`t2~1/c1`) and takes model turns. */
export interface AgentContext extends CallContext {
  readonly run: Run;
  /** What it may still use. */
  readonly budget: Budget;
  /** Where a child call or a model turn of this call happens; `segment` is below `path`, without its last attempt. */
  site(segment: string, offered: ReadonlySet<string>): CallSite;
}

/** How another call is made from within one: passed in, so that the harness alone knows the whole way. */
export type MakeCall = (name: string, input: JsonValue, site: CallSite) => Promise<JsonValue>;

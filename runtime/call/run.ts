import type { Bundle, JsonObject, JsonValue } from '#crds';
import type { CallKind, Recovery, Risk } from '../journal/record.ts';
import type { ModelProvider } from '../models/provider.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { CallFiles, Workspace } from '../workspace/workspace.ts';
import type { Mask } from '../secrets/mask.ts';
import type { Policies } from './policy.ts';
import type { Schemas } from './schema.ts';
import type { Trail } from './trail.ts';

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
  readonly provider: ModelProvider;
  readonly clock: () => number;
  readonly sleep: Sleep;
  /** Text of a model turn as it arrives, masked; never recorded. */
  readonly onDelta: (path: string, text: string) => void;
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
  /** What the step allows, null for no limit of its own. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal;
  /** Called with the path of each attempt before it is judged: a step says there that it has started. */
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
  readonly inputSchema: JsonObject;
  /** Null takes anything. */
  readonly outputSchema: JsonObject | null;
  readonly risk: Risk;
  /** Names of what it may call itself. Default nothing. */
  readonly calls?: readonly string[];
  /** What may be done when an attempt ends without an answer. */
  readonly recovery: Recovery;
  readonly timeoutMs: number | null;
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
  /** Calls another role or tool as a child of this call. Throws OrketError for denials, limits and failures. */
  call(name: string, input: JsonValue): Promise<JsonValue>;
}

/** What a role gets beside that: it numbers its children itself (`t2~1/c1`) and takes model turns. */
export interface AgentContext extends CallContext {
  readonly run: Run;
  /** Where a child call or a model turn of this call happens; `segment` is below `path`, without its last attempt. */
  site(segment: string, offered: ReadonlySet<string>): CallSite;
}

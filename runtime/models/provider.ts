import type { JsonObject, JsonValue } from '#crds';
import type { Usage } from '../journal/record.ts';
import type { Tried } from './model-error.ts';

/** One interface to local and remote models. Every implementation passes test/conformance/provider. */
export interface ModelProvider {
  /**
   * Answers one turn. Resolves only with a complete answer, bounded in size; the attempt ends at `signal` or at the
   * deadlines of the Venue. Throws OrketError: the signal's reason where that is one, `Cancelled` for any other abort, else
   * a Model* entry of the catalogue. `ProviderNotAvailable` where the provider itself is missing something.
   */
  generate(request: ModelRequest, options: GenerateOptions): Promise<ModelResponse>;
  close(): Promise<void>;
}

/** What a role asks of a model, before any provider's translation. Its canonical JSON is what `requestDigest` covers. */
export interface ModelRequest {
  /** As the role or the Venue names it, empty for the back end's default. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** Sorted by name; names as users write them (`files.read`). */
  readonly tools: readonly ToolDefinition[];
  readonly params: ModelParams;
  readonly outputSchema: JsonObject | null;
}

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly IdentifiedToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

interface ModelParams {
  readonly temperature?: number;
  readonly seed?: number;
  readonly maxTokens?: number;
}

export interface ToolCall {
  readonly name: string;
  /** Parsed where the text was JSON; a string that did not parse stays a string in `unparsed`. */
  readonly arguments: { readonly parsed: JsonValue } | { readonly unparsed: string };
}

/** The id comes from the path of the call, never from the server. */
export type IdentifiedToolCall = ToolCall & { readonly id: string };

export type Finish = 'stop' | 'toolCalls' | 'length' | 'refusal';

export interface ModelResponse {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: Finish;
  /** Null where the server gave none or gave nonsense. */
  readonly usage: Usage | null;
  /** Which back end of the Venue served it. */
  readonly backend: string;
  /** Others that were tried before it; absent for none. */
  readonly tried?: readonly Tried[];
}

export interface GenerateOptions {
  readonly signal: AbortSignal;
  /** Text as it arrives; never journaled. */
  readonly onDelta: (text: string) => void;
  /** What the scripted provider chooses replies by; others ignore it. */
  readonly context: TurnContext;
  /** At least 0, below 1: what a choice by weight is drawn with. The same whenever the same turn is taken. */
  readonly draw: number;
  /** Back ends that failed earlier attempts at this turn: others come first. */
  readonly avoid: readonly string[];
}

/** Where in the Session a turn happens, as data. */
export interface TurnContext {
  readonly role: string;
  readonly task: string;
  readonly input: JsonValue;
  /** From 1. */
  readonly turn: number;
  /** Results of this conversation's calls so far, in order. */
  readonly results: readonly ToolResult[];
}

export interface ToolResult {
  readonly name: string;
  readonly output: JsonValue;
  readonly error: string | null;
}

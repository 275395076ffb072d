import type { JsonObject, JsonValue } from '#crds';
import type { CallKind, Recovery, Risk } from '../journal/record.ts';
import type { AgentContext, CallContext } from './context.ts';

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

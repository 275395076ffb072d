import type { JsonValue } from '#crds';
import type { CallFiles } from '../workspace/workspace.ts';

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

import type { JsonValue } from '#crds';
import type { CallFiles } from '../workspace/workspace.ts';
import type { CallSite, Run } from './run.ts';

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

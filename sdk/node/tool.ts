/**
 * Tools of your own: `import { defineTool } from 'orket/tool'`. A module's exports that come from `defineTool` are its
 * tools. They run in a process of their own, which has no environment and sees nothing of the machine but the module's
 * folder; everything else is asked for through the context.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: Json };
export type Risk = 'read' | 'write' | 'network' | 'destructive';

export interface ToolOptions<Input, Output> {
  /** `[A-Za-z0-9_-]+`; it is called as `TOOLSET.NAME`. */
  readonly name: string;
  /** What models and people are told about it. */
  readonly description: string;
  readonly input: JsonSchema;
  readonly output?: JsonSchema;
  /** What it may do at most. A hint: the Toolset may say more, never less. Default `read`. */
  readonly risk?: Risk;
  readonly run: (input: Input, context: ToolContext) => Promise<Output> | Output;
}

/** What `defineTool` gives: for a host to run. */
export interface DefinedTool extends Omit<ToolOptions<never, unknown>, 'run'> {
  readonly isOrketTool: true;
  readonly run: (input: unknown, context: ToolContext) => unknown;
}

/**
 * Defines a tool. `Input` is what the schema of the Toolset lets through: nothing is called with anything else.
 * Throws TypeError for a name that no tool may have.
 */
export function defineTool<Input = Json, Output = Json>(options: ToolOptions<Input, Output>): DefinedTool {
  if (!/^[A-Za-z0-9_-]{1,61}$/.test(options.name)) throw new TypeError(`no name of a tool: "${options.name}"`);
  const run = (input: unknown, context: ToolContext): unknown => options.run(input as Input, context);
  return { ...options, run, isOrketTool: true };
}

/** Why something that a tool asked for did not happen. Left uncaught, the tool fails for the same reason. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** Of the catalogue of errors: `CallDenied`, `TimeLimitReached`, `PathRefused`, ... */
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

/** What a tool may use while it works. Whatever is refused is thrown as a CallError. */
export interface ToolContext {
  /** Of this call in its Session. */
  readonly path: string;
  /** The same in every attempt of this call: what an outside service can tell a repeat by. */
  readonly key: string;
  /** Fires when the call is to stop; a tool that goes on is ended with its process. */
  readonly signal: AbortSignal;
  /** Calls a worker or another tool. Only for tools that their Toolset declares `reentrant`. */
  readonly call: (name: string, input: Json, options?: CallOptions) => Promise<Json>;
  /** What there is to call with all these properties. */
  readonly find: (wanted: Wanted) => Promise<readonly Callable[]>;
  /** Asks people, and waits until they allow it. */
  readonly approve: (message: string, about?: Json) => Promise<void>;
  /** A line for whoever watches; not recorded. */
  readonly log: (text: string) => void;
  /** How far it has come, 0 to 1, or null for not known; not recorded. */
  readonly progress: (fraction: number | null, text?: string) => void;
  /** Milliseconds since 1970, recorded: the same when this call is run again. */
  readonly now: () => Promise<number>;
  /** At least 0, below 1, the same when this call is run again. */
  readonly random: () => Promise<number>;
  readonly uuid: () => Promise<string>;
  /** Files of the Session, as far as the workspace policy of its Flow goes: `notes/a.md`, `domain:README.md`. */
  readonly files: {
    readonly read: (path: string, options?: { readonly offset?: number; readonly bytes?: number }) => Promise<FileText>;
    readonly list: (
      path: string,
      options?: { readonly recursive?: boolean; readonly max?: number },
    ) => Promise<FileList>;
    readonly search: (
      path: string,
      pattern: string,
      options?: { readonly max?: number; readonly glob?: string },
    ) => Promise<FileMatches>;
    readonly write: (
      path: string,
      text: string,
    ) => Promise<{ readonly path: string; readonly bytes: number; readonly digest: string }>;
  };
  /** What outlives the Session, by Flow: compare-and-swap by version, 0 for what is not there. */
  readonly state: {
    readonly get: (key: string) => Promise<{ readonly value: Json; readonly version: number }>;
    readonly put: (key: string, value: Json, version: number) => Promise<number>;
  };
  /** Keeps bytes as an artifact of the Session; gives their digest. */
  readonly artifact: (name: string, mediaType: string, content: Uint8Array | string) => Promise<string>;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  /** Bounds on what the call does and on everything that it calls in turn. The limits above it hold as well. */
  readonly limits?: {
    readonly calls?: number;
    readonly tokens?: number;
    /** In units of the Venue's pricing, a decimal as in `2.50`. */
    readonly cost?: string;
    readonly activeSeconds?: number;
  };
}

export interface Wanted {
  readonly kind?: 'role' | 'tool';
  /** All of them. */
  readonly tags?: readonly string[];
  /** At most this. */
  readonly risk?: Risk;
  /** That lets the same through, whatever it says for people. */
  readonly inputSchema?: JsonSchema;
  readonly outputSchema?: JsonSchema;
}

export interface Callable {
  readonly name: string;
  readonly kind: 'role' | 'tool';
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | null;
  readonly risk: Risk;
}

export interface FileText {
  readonly path: string;
  readonly text: string;
  readonly offset: number;
  readonly bytes: number;
  readonly sizeBytes: number;
  /** Whether the file goes on after `text`. */
  readonly truncated: boolean;
}

export interface FileList {
  readonly entries: readonly {
    readonly path: string;
    readonly kind: 'file' | 'folder' | 'link';
    readonly bytes: number;
  }[];
  readonly truncated: boolean;
}

export interface FileMatches {
  readonly matches: readonly { readonly path: string; readonly line: number; readonly text: string }[];
  readonly truncated: boolean;
}

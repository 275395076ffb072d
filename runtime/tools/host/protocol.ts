/**
 * What a runtime and a tool host say to each other: JSON-RPC 2.0, one message a frame, a frame being its length as four
 * bytes, highest first, and then that many bytes of UTF-8. Over descriptor 3 of a host that is a child of the runtime.
 *
 * The runtime begins with `initialize`; then it may have any number of `call`s open at a time, in any order. What a tool
 * does through its context goes back as `ctx/...`, each with the number of the call that it belongs to. A host ends when
 * its descriptor does. Whoever breaks a rule or a bound of this file is not spoken to any more: a host is killed then,
 * and its calls fail with `ToolHostFailed`.
 *
 * Host programs load this file as it is, so it imports nothing but types.
 */
import type { JsonObject, JsonValue } from '#crds';
import type { Risk } from '../../journal/record.ts';

export const protocolVersion = 1;
/** Inherited by the host, both ways. Descriptors 0 to 2 are empty input and two ends for noise. */
export const hostDescriptor = 3;

export const bounds = {
  /** One message, without its length. */
  frameBytes: 16 * 1024 * 1024,
  /** Nested lists and objects of one message. */
  depth: 512,
  /** Requests of a host that are not answered yet. */
  unanswered: 1_000,
  /** Requests and notifications of one call. */
  messagesPerCall: 100_000,
  /** Of those together, each without its length. */
  bytesPerCall: 128 * 1024 * 1024,
  /** `ctx/log` and `ctx/progress` of one call; what is said beyond is not heard. */
  notesPerCall: 10_000,
  /** Characters of one line of log, or text of progress. */
  noteText: 4_096,
  /** What waits for a host that does not read. */
  unreadBytes: 64 * 1024 * 1024,
  /** Standard output and standard error of one host together. */
  noiseBytes: 16 * 1024 * 1024,
  /** Tools of one host. */
  tools: 256,
  /** From the start of the process to its answer to `initialize`. */
  startMs: 30_000,
  /** From `cancel` to the answer of that call; then the host is killed. */
  cancelMs: 2_000,
} as const;

/** Codes of JSON-RPC errors. */
export const errorCodes = {
  /** The tool failed, or what it asked for did: `data` is an ErrorData. */
  failed: -32_000,
  unknownMethod: -32_601,
  invalidParams: -32_602,
} as const;

export interface ErrorData {
  /** Of the catalogue: `CallDenied`, `PathRefused`, ... A tool that lets it pass fails for that reason. */
  readonly reason: string;
}

/** What a tool says of itself. */
export interface ToolDefinition {
  /** Without its Toolset. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** Null takes anything. */
  readonly outputSchema: JsonObject | null;
  /** A hint: it may raise what the Toolset says, never lower it. */
  readonly risk: Risk;
}

/** From the runtime. `initialize` and `call` are answered, `cancel` is not. */
export interface ToHost {
  readonly initialize: { readonly protocol: number };
  readonly call: {
    /** From 1; what `ctx/...` and `cancel` of this call name. */
    readonly call: number;
    readonly tool: string;
    /** Of the call with its attempt. */
    readonly path: string;
    /** The same in every attempt. */
    readonly key: string;
    readonly input: JsonValue;
    /** When it is cancelled at the latest, null for never. */
    readonly timeoutMs: number | null;
  };
  readonly cancel: { readonly call: number };
}

export interface FromHost {
  readonly initialize: { readonly protocol: number; readonly tools: readonly ToolDefinition[] };
  readonly call: { readonly output: JsonValue };
}

/** What a tool asks for through its context: parameters beside `call`, and the result. */
export interface ContextRequests {
  /** `k` numbers the calls of a tool from 1 as they are made; it has to be the next one. */
  readonly 'ctx/call': readonly [
    {
      readonly k: number;
      readonly name: string;
      readonly input: JsonValue;
      readonly timeoutMs?: number;
      /** Bounds on the call and what is below it, as `limits` of a role. */
      readonly limits?: {
        readonly calls?: number;
        readonly tokens?: number;
        readonly cost?: string;
        readonly activeSeconds?: number;
      };
    },
    JsonValue,
  ];
  readonly 'ctx/find': readonly [JsonObject, readonly JsonObject[]];
  readonly 'ctx/approve': readonly [{ readonly message: string; readonly about: JsonValue }, null];
  readonly 'ctx/now': readonly [object, number];
  readonly 'ctx/random': readonly [object, number];
  readonly 'ctx/uuid': readonly [object, string];
  readonly 'ctx/files.read': readonly [
    { readonly path: string; readonly offset: number; readonly bytes: number },
    JsonObject,
  ];
  readonly 'ctx/files.list': readonly [
    { readonly path: string; readonly recursive: boolean; readonly max: number },
    JsonObject,
  ];
  readonly 'ctx/files.search': readonly [
    { readonly path: string; readonly pattern: string; readonly max: number; readonly glob: string },
    JsonObject,
  ];
  readonly 'ctx/files.write': readonly [{ readonly path: string; readonly text: string }, JsonObject];
  readonly 'ctx/state.get': readonly [
    { readonly key: string },
    { readonly value: JsonValue; readonly version: number },
  ];
  readonly 'ctx/state.put': readonly [
    { readonly key: string; readonly value: JsonValue; readonly version: number },
    number,
  ];
  /** `content` is base64; gives the digest. */
  readonly 'ctx/artifact': readonly [
    { readonly name: string; readonly mediaType: string; readonly content: string },
    string,
  ];
}

/** Notifications of a host, with `call` beside this. */
export interface ContextNotes {
  readonly 'ctx/log': { readonly text: string };
  /** From 0 to 1, null for not known. */
  readonly 'ctx/progress': { readonly fraction: number | null; readonly text: string };
}

export type ContextMethod = keyof ContextRequests;

import { canonicalJson, isJsonObject, type JsonValue } from '../canonical/json.ts';
import type { BuiltinTool } from '../closure/builtin-tools.ts';
import type { Risk } from '../generated/resources.ts';

/**
 * What a value that is not in a bundle of version 1 stands for. Frozen: a default that a CRD changes or adds later gets
 * a place here only in a later version, or the digests of everything that was ever run would change.
 */
export const defaultsV1 = {
  limits: { depth: 5 },
  workspace: {
    readScope: ['domain', 'reference', 'workspace'],
    writeScope: ['workspace'],
    sizeLimitBytes: 1024 ** 3,
    references: [],
  },
  role: { instructions: [], params: {}, tools: [], callable: [], tags: [], limits: {} },
  retry: { initialSeconds: 1, factor: 2, maxSeconds: 60 },
  tool: { risk: 'destructive', outputSchema: {}, reentrant: false, tags: [] },
  step: { input: {} },
  score: { blocks: [] },
  approval: { approvers: {}, onExpiry: 'deny' },
  approvers: { users: [], groups: [], notRequester: false, quorum: 1, minIdentity: 'none' },
  parallel: { failFast: false },
  forEach: { concurrency: 4, maxItems: 1000, failFast: false },
  venue: { strategy: 'priority', params: {}, stream: true, backends: [], pricing: [], replies: [] },
  backend: { priority: 0, weight: 1 },
  timeouts: { connectSeconds: 10, firstTokenSeconds: 120, idleSeconds: 60, totalSeconds: 600 },
  reply: { toolCalls: [], usage: {}, delaySeconds: 0 },
  toolCall: { arguments: {} },
  conductor: { mode: 'suggest', rules: [], heuristics: {} },
  conductorRule: { phase: 'after' },
  bundle: { limits: {}, workspace: {}, blocks: [], scores: [], tools: [], policyRules: [], conductor: {} },
} as const satisfies Record<string, Record<string, JsonValue>>;

/** The risk each built-in tool has by itself. */
export const builtinRisksV1: Readonly<Record<BuiltinTool, Risk>> = {
  list: 'read',
  read: 'read',
  search: 'read',
  stateGet: 'read',
  statePut: 'write',
  write: 'write',
};

type Fields = Readonly<Record<string, unknown>>;

/** A copy without members that are undefined or equal to their default. */
export function withoutDefaults<T extends Fields>(
  fields: T,
  defaults: Readonly<Record<string, JsonValue>> = {},
): Compact<T> {
  const kept = Object.entries(fields).filter(([key, value]) => {
    if (value === undefined) return false;
    return !Object.hasOwn(defaults, key) || !same(value, defaults[key] ?? null);
  });
  // Members go, none changes: the type says the same with every member optional that may be undefined.
  return Object.fromEntries(kept) as Compact<T>;
}

/** The same object with `undefined` taken out of its members; those that had it may be absent. */
export type Compact<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function same(value: unknown, standard: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return value === standard;
  if (isJsonObject(standard) && Object.keys(standard).length === 0) {
    return !Array.isArray(value) && Object.keys(value).length === 0;
  }
  if (!Array.isArray(value) || !Array.isArray(standard)) return false;
  return canonicalJson(value) === canonicalJson(standard);
}

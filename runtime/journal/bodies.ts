import type { RecordBodies, RecordType } from './record.ts';
import {
  blobRef,
  count,
  digest,
  either,
  instant,
  json,
  jsonObject,
  list,
  nullable,
  number,
  object,
  oneOf,
  text,
} from './shape.ts';
import type { Check, Flaw, Gathered, Shape } from './shape.ts';

const recorded = either({ value: json }, { blob: blobRef });
const content = either({ text }, { blob: blobRef });
const error = object({ reason: text, message: text });
const callKind = oneOf('role', 'tool');
const risk = oneOf('read', 'write', 'network', 'destructive');
const ended = oneOf('succeeded', 'failed');
const attempt = { attempt: count(1), notAfter: instant, reservation: nullable(jsonObject) };
const usage = object(
  { inputTokens: count(), outputTokens: count() },
  { cachedTokens: count(), reasoningTokens: count() },
);
const change = object({
  kind: oneOf('file', 'exec', 'link'),
  path: text,
  before: nullable(digest),
  after: nullable(digest),
  content: nullable(content),
});

/** What each type of record holds. The compiler holds it against `RecordBodies`. */
const bodies: { readonly [T in RecordType]: Shape<RecordBodies[T]> } = {
  'session.started': object({
    uid: text,
    bundle: object({ digest, version: count(1) }),
    semantics: count(1),
    runtime: text,
    seed: text,
    provenance: jsonObject,
  }),
  'attempt.started': object({
    attempt: count(1),
    runtime: text,
    torn: nullable(object({ bytes: count(1), afterSeq: count() })),
  }),
  'step.started': object({ kind: callKind, name: text, input: nullable(recorded), inputDigest: digest }),
  'step.ended': object({
    status: ended,
    outputDigest: nullable(digest),
    output: nullable(recorded),
    error: nullable(error),
  }),
  'call.intent': object({
    ...attempt,
    kind: callKind,
    name: text,
    risk,
    recovery: oneOf('safe', 'workspace', 'reenter', 'unknown'),
    input: nullable(recorded),
    inputDigest: digest,
    key: digest,
  }),
  'call.outcome': object({
    status: ended,
    output: nullable(recorded),
    outputDigest: nullable(digest),
    error: nullable(error),
    changes: list(change),
  }),
  'call.denied': object({ kind: callKind, name: text, risk, input: nullable(recorded), inputDigest: digest, error }),
  'model.request': object({
    ...attempt,
    role: text,
    model: text,
    requestDigest: digest,
    prefix: nullable(object({ seq: count(1), count: count() })),
    messages: list(object({ digest, message: nullable(recorded) })),
    tools: list(object({ name: text, digest })),
    params: jsonObject,
    outputSchemaDigest: nullable(digest),
  }),
  'model.response': object({
    responseDigest: nullable(digest),
    response: nullable(recorded),
    error: nullable(error),
    usage: nullable(usage),
    backend: text,
  }),
  'policy.decided': object({
    verdict: oneOf('allow', 'deny'),
    risk,
    rules: list(object({ digest, action: oneOf('allow', 'deny'), source: oneOf('bundle') }, { name: text })),
    reason: text,
  }),
  'file.access': object({
    reads: count(),
    lists: count(),
    writes: count(),
    listDigest: digest,
    refusals: list(object({ path: text, rule: text })),
  }),
  'artifact.written': object({
    name: text,
    mediaType: text,
    digest,
    bytes: count(),
    content: nullable(content),
    origin: text,
  }),
  'workspace.snapshot': object({ treeDigest: digest }),
  'limit.reached': object({ limit: text, unit: oneOf('ms', 'levels'), allowed: number, used: number }),
  'session.ended': object({
    status: oneOf('succeeded', 'failed', 'cancelled'),
    result: nullable(recorded),
    resultDigest: nullable(digest),
    error: nullable(error),
    stateDigest: digest,
    treeDigest: digest,
    usage,
  }),
};

const shapes: ReadonlyMap<string, Check> = new Map(Object.entries(bodies));

export function isKnownType(type: string): type is RecordType {
  return shapes.has(type);
}

/** What is wrong with a body from outside, null for nothing; the blobs it names are gathered. */
export function bodyFlaw(type: RecordType, body: unknown, gathered: Gathered): Flaw | null {
  return shapes.get(type)?.(body, gathered) ?? null;
}

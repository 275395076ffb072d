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
const stepKind = oneOf('role', 'tool', 'score', 'approval', 'parallel', 'forEach');
const risk = oneOf('read', 'write', 'network', 'destructive');
const ended = oneOf('succeeded', 'failed');
const amounts = object({ calls: count(), tokens: count(), picos: count() });
const attempt = { attempt: count(1), notAfter: instant, reservation: nullable(amounts) };
const level = oneOf('none', 'os-uid', 'token', 'forge', 'signature', 'apiserver');
const identity = object({ name: text, groups: list(text), verifiedBy: level });
const ruleAction = oneOf('allow', 'deny', 'approve');
const rules = list(object({ digest, action: ruleAction, source: oneOf('bundle', 'live') }, { name: text }));
const onExpiry = oneOf('deny', 'allow', 'abort');
const demand = object({
  users: list(text),
  groups: list(text),
  notRequester: oneOf(true, false),
  quorum: count(1),
  minIdentity: level,
});
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
  'session.started': object(
    {
      uid: text,
      bundle: object({ digest, version: count(1) }),
      semantics: count(1),
      runtime: text,
      seed: text,
      provenance: jsonObject,
    },
    { observed: jsonObject },
  ),
  'attempt.started': object({
    attempt: count(1),
    runtime: text,
    torn: nullable(object({ bytes: count(1), afterSeq: count() })),
  }),
  'step.skipped': object({ by: oneOf('when', 'conductor'), reason: text }),
  'step.started': object({ kind: stepKind, name: text, input: nullable(recorded), inputDigest: digest }),
  'step.ended': object({
    status: oneOf('succeeded', 'failed', 'cancelled'),
    outputDigest: nullable(digest),
    output: nullable(recorded),
    error: nullable(error),
  }),
  'call.intent': object({
    ...attempt,
    kind: callKind,
    name: text,
    risk,
    recovery: oneOf('safe', 'keyed', 'probe', 'workspace', 'reenter', 'unknown'),
    input: nullable(recorded),
    inputDigest: digest,
    key: digest,
  }),
  'call.outcome': object(
    {
      status: ended,
      output: nullable(recorded),
      outputDigest: nullable(digest),
      error: nullable(error),
      changes: list(change),
    },
    { from: either({ gate: count(1) }, { probe: count(1) }) },
  ),
  'call.withdrawn': object({ why: oneOf('late', 'rules', 'stopped') }),
  'call.retried': object({ error, pauseMs: count() }),
  'call.denied': object({ kind: callKind, name: text, risk, input: nullable(recorded), inputDigest: digest, error }),
  'model.request': object({
    ...attempt,
    role: text,
    model: text,
    requestDigest: digest,
    prefix: nullable(object({ seq: count(1), count: count() })),
    messages: list(object({ digest, message: nullable(recorded) })),
    tools: nullable(list(object({ name: text, digest }))),
    params: jsonObject,
    outputSchemaDigest: nullable(digest),
  }),
  'model.response': object(
    {
      responseDigest: nullable(digest),
      response: nullable(recorded),
      error: nullable(error),
      usage: nullable(usage),
      backend: text,
    },
    { picos: count(), tried: list(object({ backend: text, error })), retryAfterMs: count(), free: oneOf(true) },
  ),
  'policy.decided': object(
    {
      verdict: ruleAction,
      risk,
      rules,
      reason: text,
    },
    { saw: jsonObject },
  ),
  'gate.opened': object({
    kind: oneOf('policy', 'step', 'unknown', 'asked'),
    name: text,
    risk,
    input: nullable(recorded),
    inputDigest: digest,
    callDigest: digest,
    files: list(object({ path: text, digest: nullable(digest) })),
    rules,
    message: text,
    approvers: list(demand),
    expiresAt: nullable(instant),
    onExpiry,
    voids: nullable(object({ gate: count(1), changed: list(text) })),
  }),
  'gate.decided': object({
    gate: count(1),
    verdict: oneOf('approved', 'edited', 'denied', 'expired', 'retry', 'supplied', 'aborted'),
    decisions: list(text),
    by: list(identity),
    note: text,
    value: nullable(recorded),
    valueDigest: nullable(digest),
  }),
  'input.received': object({
    id: text,
    kind: oneOf('decision', 'adjustment', 'control'),
    content: nullable(recorded),
    contentDigest: digest,
    from: identity,
    refused: nullable(text),
  }),
  'conductor.adjusted': object({
    id: text,
    op: oneOf('skip', 'patch', 'enable', 'disable', 'pause', 'retry', 'abort', 'suggest', 'revert'),
    status: oneOf('applied', 'suggested'),
    value: nullable(recorded),
    valueDigest: digest,
    origin: oneOf('rule', 'heuristic', 'person'),
    by: text,
    reason: text,
  }),
  'value.recorded': object({ name: text, value: nullable(recorded), valueDigest: digest }),
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
  'workspace.snapshot': object({ treeDigest: digest }, { folder: text }),
  'limit.reached': object({
    limit: text,
    unit: oneOf('ms', 'calls', 'tokens', 'picos'),
    allowed: number,
    used: number,
  }),
  'session.parked': object({ reason: oneOf('approval', 'paused'), gates: list(count(1)), treeDigest: digest }),
  'session.forked': object({
    parent: object({ uid: text, bundle: digest }),
    parentHead: object({ seq: count(1), head: text }),
    at: text,
    outcomes: nullable(recorded),
    outcomesDigest: digest,
    treeDigest: digest,
  }),
  'session.migrated': object({ from: count(1), to: count(1), by: identity }),
  'session.repaired': object({
    lost: object({ records: count(), bytes: count() }),
    broken: object({ field: text, expected: text, found: text }),
    anchoredSeq: nullable(count(1)),
    by: identity,
  }),
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

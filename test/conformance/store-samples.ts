import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { canonicalJson, digestOf, digestOfBytes, formatInstant, type Digest, type JsonValue } from '#crds';
import { stablePath } from '../../runtime/call/path.ts';
import { beginning, type Place } from '../../runtime/journal/chain.ts';
import { bodyText, lineOf } from '../../runtime/journal/line.ts';
import type { Draft, RecordBodies, RecordType } from '../../runtime/journal/record.ts';
import type { Values } from '../../runtime/journal/values.ts';
import { semanticsOf } from '#runtime';

/** Any instant: the tests' clock stands still unless they move it. */
export const sampleInstant = 1_750_000_000_000;

/** Of what bundle the sample Session says to be. */
export const sampleBundle = { bundleVersion: 1, roles: [], steps: [] };

const sampleUid = '6b0d8f2e-4a57-4f0e-9f5b-0c7a4d1f3e21';
const input = { topic: 'the sea', words: 12 };
const output = { text: 'Grüße vom Meer — 🌊', ok: true };
const prompt = { role: 'user', content: 'Write a line about the sea.' };
const attempt = { attempt: 1, notAfter: formatInstant(sampleInstant + 5000), reservation: null };
const asked = {
  model: 'small',
  tools: [{ name: 'files.write', digest: digestOf({ name: 'files.write' }) }],
  params: { maxTokens: 200, temperature: 0.5 },
};
const person = { name: 'ada', groups: ['staff'], verifiedBy: 'os-uid' } as const;
const file = 'Grüße vom Meer — 🌊\n';

const takenOver = [{ type: 'step.skipped', path: 'plan#1', body: { by: 'when', reason: 'inputs.draft' } }];

/** A true body for each type: the digests are those of what is beside them. */
export const sampleBodies: RecordBodies = {
  'session.started': {
    uid: sampleUid,
    bundle: { digest: digestOf(sampleBundle), version: 1 },
    semantics: 1,
    runtime: '0.1.0',
    seed: '5d'.repeat(32),
    provenance: { source: { commit: 'c0ffee', dirty: false } },
  },
  'attempt.started': { attempt: 1, runtime: '0.1.0', torn: null },
  'step.started': { kind: 'role', name: 'writer', input: { value: input }, inputDigest: digestOf(input) },
  'step.skipped': { by: 'when', reason: 'inputs.draft' },
  'call.retried': { error: { reason: 'ToolFailed', message: 'busy' }, pauseMs: 1000 },
  'gate.opened': {
    kind: 'policy',
    name: 'web.post',
    risk: 'network',
    input: { value: input },
    inputDigest: digestOf(input),
    callDigest: digestOf(['call']),
    files: [{ path: 'workspace:sea.md', digest: digestOfBytes(file) }],
    rules: [{ digest: digestOf(['rule']), action: 'approve', source: 'bundle' }],
    message: 'a rule asks for approval',
    approvers: [{ users: ['ada'], groups: [], notRequester: false, quorum: 1, minIdentity: 'os-uid' }],
    expiresAt: null,
    onExpiry: 'deny',
    voids: null,
  },
  'gate.decided': {
    gate: 5,
    verdict: 'approved',
    decisions: ['d-1'],
    by: [person],
    note: '',
    value: null,
    valueDigest: null,
  },
  'input.received': {
    id: 'd-1',
    kind: 'decision',
    content: { value: input },
    contentDigest: digestOf(input),
    from: person,
    refused: null,
  },
  'conductor.adjusted': {
    id: 'a-1',
    op: 'skip',
    status: 'applied',
    value: { value: input },
    valueDigest: digestOf(input),
    origin: 'rule',
    by: 'strict',
    reason: 'not today',
  },
  'value.recorded': { name: 'now', value: { value: input }, valueDigest: digestOf(input) },
  'session.parked': { reason: 'paused', gates: [], treeDigest: digestOf([]) },
  'session.forked': {
    parent: { uid: 'uid-0', bundle: digestOf(sampleBundle) },
    parentHead: { seq: 3, head: '0'.repeat(64) },
    at: 'write#1/t2',
    outcomes: { value: takenOver },
    outcomesDigest: digestOf(takenOver),
    treeDigest: digestOf([]),
  },
  'session.migrated': { from: 1, to: 2, by: person },
  'session.repaired': {
    lost: { records: 3, bytes: 1250 },
    broken: { field: 'hash', expected: '0'.repeat(64), found: 'f'.repeat(64) },
    anchoredSeq: 14,
    by: person,
  },
  'step.ended': { status: 'succeeded', outputDigest: digestOf(output), output: { value: output }, error: null },
  'call.intent': {
    ...attempt,
    kind: 'tool',
    name: 'files.write',
    risk: 'write',
    recovery: 'workspace',
    input: { value: input },
    inputDigest: digestOf(input),
    key: keyAt('write#1/t1/c1'),
  },
  'call.outcome': {
    status: 'succeeded',
    output: { value: output },
    outputDigest: digestOf(output),
    error: null,
    changes: [{ kind: 'file', path: 'sea.md', before: null, after: digestOfBytes(file), content: { text: file } }],
  },
  'call.denied': {
    kind: 'tool',
    name: 'web.post',
    risk: 'network',
    input: { value: input },
    inputDigest: digestOf(input),
    error: { reason: 'CallDenied', message: 'a rule denies this call' },
  },
  'model.request': {
    ...attempt,
    role: 'writer',
    requestDigest: semanticsOf(1).requestDigest({ ...asked, messages: [digestOf(prompt)], outputSchema: null }),
    prefix: null,
    messages: [{ digest: digestOf(prompt), message: { value: prompt } }],
    ...asked,
    outputSchemaDigest: null,
  },
  'model.response': {
    responseDigest: digestOf(output),
    response: { value: output },
    error: null,
    usage: { inputTokens: 31, outputTokens: 9 },
    backend: 'local',
  },
  'policy.decided': {
    verdict: 'allow',
    risk: 'network',
    rules: [{ digest: digestOf(['rule']), action: 'allow', source: 'bundle' }],
    reason: 'RuleAllows',
  },
  'file.access': {
    reads: 1,
    lists: 0,
    writes: 1,
    listDigest: digestOf([]),
    refusals: [{ path: '/etc/x', rule: 'scope' }],
  },
  'call.withdrawn': { why: 'late' },
  'artifact.written': {
    name: 'sea.md',
    mediaType: 'text/markdown',
    digest: digestOfBytes(file),
    bytes: Buffer.byteLength(file),
    content: { text: file },
    origin: 'workspace:sea.md',
  },
  'workspace.snapshot': { treeDigest: digestOf([['sea.md', 'file', digestOfBytes(file)]]) },
  'limit.reached': { limit: 'activeSeconds', unit: 'ms', allowed: 3000, used: 3001 },
  'session.ended': {
    status: 'succeeded',
    result: { value: output },
    resultDigest: digestOf(output),
    error: null,
    stateDigest: digestOf(['state']),
    treeDigest: digestOf([['sea.md', 'file', digestOfBytes(file)]]),
    usage: { inputTokens: 31, outputTokens: 9 },
  },
};

/** A draft of a type, its body changed where the test says so. */
export function sampleDraft<T extends RecordType>(type: T, body: Partial<RecordBodies[T]> = {}, path = ''): Draft<T> {
  const placed = type === 'call.intent' ? { key: keyAt(stablePath(path)) } : {};
  return { type, path, body: { ...sampleBodies[type], ...placed, ...body } } as Draft<T>;
}

function keyAt(path: string): Digest {
  return digestOf([sampleUid, path]);
}

/** A draft that holds a value as a journal asks for it. */
export async function holding(value: JsonValue, { record }: Pick<Values, 'record'>): Promise<Draft<'step.ended'>> {
  return sampleDraft('step.ended', { output: await record(value), outputDigest: digestOf(value) });
}

/** A Session from start to end with a record of each type, as one follows from another. */
export function sampleSession(): readonly Draft[] {
  const first: readonly RecordType[] = ['session.started', 'session.forked', 'attempt.started', 'gate.opened'];
  const gate = first.length;
  const rest = recordTypes().filter((type) => !first.includes(type) && type !== 'input.received');
  const at = (type: RecordType): string =>
    type.startsWith('session.') ? '' : type === 'call.denied' ? 'write#2~1' : 'write#1~1';
  const draft = (type: RecordType): Draft => sampleDraft(type, tellingOf(type, gate), at(type));
  const withdrawn = (['call.intent', 'call.withdrawn'] as const).map((type) => sampleDraft(type, {}, 'write#3~1'));
  return [...first, 'input.received' as const, ...rest].flatMap((type): readonly Draft[] => {
    // What was withdrawn has no answer, as the other call has.
    return type === 'call.withdrawn' ? withdrawn : [draft(type)];
  });
}

/** What records of a whole Session say of the gate that one of them opened. */
function tellingOf(type: RecordType, gate: number): Partial<RecordBodies[RecordType]> {
  const { callDigest } = sampleBodies['gate.opened'];
  const named = digestOf([sampleUid, gate, callDigest, digestOf(sampleBundle)]);
  const said = { gate: `g${gate}`, gateDigest: named, verdict: 'approve' };
  if (type === 'gate.decided') return { gate };
  if (type === 'input.received') return { content: { value: said }, contentDigest: digestOf(said) };
  return type === 'session.parked' ? { reason: 'approval', gates: [gate] } : {};
}

/**
 * What stands at one place only, what answers something, and what people say: behind a gateway that comes in through the
 * gateway alone.
 */
const notWritten: ReadonlySet<RecordType> = new Set([
  'session.ended',
  'session.forked',
  'call.outcome',
  'model.response',
  'gate.decided',
  'input.received',
]);

/** `count` drafts, as the process of a Session that is not finished writes them, wherever its journal is kept. */
export function sampleDrafts(count: number): readonly Draft[] {
  const types = recordTypes().filter((type) => !notWritten.has(type));
  return Array.from({ length: count }, (_, index) => {
    const type = index === 0 ? 'session.started' : (types[1 + ((index - 1) % (types.length - 1))] ?? 'limit.reached');
    return sampleDraft(type, {}, index === 0 ? '' : `write#${index}~1`);
  });
}

/** Lines of drafts as a writer of `epoch` chains them after `place`; as if nothing was known durable. */
export function chainLines(
  drafts: readonly Draft[],
  { place = beginning, epoch = place.epoch }: { readonly place?: Place; readonly epoch?: number } = {},
): { readonly lines: readonly string[]; readonly place: Place } {
  const lines: string[] = [];
  let next = place;
  for (const { type, path, body } of drafts) {
    const envelope = {
      seq: next.seq + 1,
      epoch,
      prev: next.head,
      type,
      path,
      at: formatInstant(sampleInstant),
      synced: next.synced,
    };
    const { text, hash } = lineOf(envelope, bodyText(body));
    lines.push(text);
    next = { ...next, seq: envelope.seq, head: hash, epoch };
  }
  return { lines, place: next };
}

/** A value too long to be inline. */
export function largeValue(seed: string): JsonValue {
  return { seed, text: 'large '.repeat(8000), length: canonicalJson(seed).length };
}

function recordTypes(): readonly RecordType[] {
  return Object.keys(sampleBodies).filter((type): type is RecordType => Object.hasOwn(sampleBodies, type));
}

/** A folder that goes when the test is over. */
export function temporaryFolder(): string {
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'orket-journal-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

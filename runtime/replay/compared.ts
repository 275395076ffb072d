import { canonicalCopy } from '#crds';
import type { RecordType } from '../journal/record.ts';

/** A field that a replay finds otherwise than the journal has it. */
export interface Difference {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * What a replay holds against each record: what follows from the bundle and from what was recorded before. Times,
 * attempts, messages for people, and where values are stored are none of it; values take part by their digests.
 */
const compared: { readonly [T in RecordType]?: readonly string[] } = {
  'step.started': ['kind', 'name', 'inputDigest'],
  'step.skipped': ['by', 'reason'],
  'value.recorded': ['name', 'valueDigest'],
  'call.denied': ['kind', 'name', 'risk', 'inputDigest', 'error.reason'],
  'policy.decided': ['verdict', 'risk', 'rules', 'reason'],
  'call.intent': ['kind', 'name', 'risk', 'recovery', 'inputDigest', 'key'],
  'call.outcome': ['status', 'outputDigest', 'error.reason'],
  'call.retried': ['error.reason'],
  'model.request': ['role', 'model', 'params', 'outputSchemaDigest', 'requestDigest'],
  'gate.opened': ['kind', 'name', 'risk', 'inputDigest', 'callDigest', 'rules', 'message'],
  'artifact.written': ['name', 'mediaType', 'digest', 'bytes', 'origin'],
  'workspace.snapshot': ['treeDigest', 'folder'],
  'conductor.adjusted': ['id', 'op', 'status', 'valueDigest', 'origin', 'by'],
  'step.ended': ['status', 'outputDigest', 'error.reason'],
  'session.ended': ['status', 'resultDigest', 'error.reason', 'treeDigest', 'stateDigest', 'usage'],
};

interface Stated {
  readonly type: RecordType;
  readonly body: object;
}

/** The first difference between what the journal has and what the replay comes to, null for none. */
export function differenceOf(recorded: Stated, replayed: Pick<Stated, 'body'>): Difference | null {
  for (const field of compared[recorded.type] ?? []) {
    const expected = textAt(recorded.body, field);
    const found = textAt(replayed.body, field);
    if (expected !== found) return { field, expected, found };
  }
  return null;
}

function textAt(body: object, field: string): string {
  let value: unknown = body;
  for (const key of field.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : null;
  return typeof value === 'string' ? value : canonicalCopy(value ?? null).text;
}

/** Whether a replay has to come to every record of this type. What tools saw is theirs: they do not run in a replay. */
export function isCompared(type: RecordType): boolean {
  return type === 'model.response' || (type !== 'value.recorded' && compared[type] !== undefined);
}

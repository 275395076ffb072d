import { OrketError, type BundleAdjustment, type JsonValue } from '#crds';
import type { Adjust } from '../inbox/inbox.ts';
import type { RecordBodies } from '../journal/record.ts';
import { isObject, jsonObject, list, number, object, oneOf, text, type Check } from '../journal/shape.ts';
import type { Change, Revert } from './adjusted.ts';

const patch = object(
  {},
  {
    task: text,
    input: jsonObject,
    prompt: text,
    instructions: list(text),
    model: text,
    params: object({}, { temperature: number, seed: number, maxTokens: number }),
  },
);

const change = object(
  { op: oneOf('skip', 'patch', 'enable', 'disable', 'pause', 'retry', 'abort', 'suggest') },
  { step: text, role: text, tool: text, patch, reason: text },
);

/** The change that a record holds. Throws `JournalCorrupt` where it is none, or not the one that `op` says. */
export function readChange(value: JsonValue, op: RecordBodies['conductor.adjusted']['op'], at: string): Change {
  const read: Change | null = isChange(value) || isRevert(value) ? value : null;
  if (read?.op === op) return read;
  throw new OrketError('JournalCorrupt', 'the record of an adjustment holds another', { at, expected: op });
}

/** What a message asks for; null where it asks for nothing that there is. */
export function readAdjust(message: JsonValue): Adjust | null {
  const adjust: unknown = isObject(message) ? message['adjust'] : null;
  return isChange(adjust) || isRevert(adjust) || isApply(adjust) ? adjust : null;
}

function isChange(value: unknown): value is BundleAdjustment {
  return fits(value, change);
}

function isRevert(value: unknown): value is Revert {
  return fits(value, object({ op: oneOf('revert'), reverts: text }));
}

function isApply(value: unknown): value is Extract<Adjust, { readonly op: 'apply' }> {
  return fits(value, object({ op: oneOf('apply'), applies: text }));
}

function fits(value: unknown, shape: Check): boolean {
  return shape(value, { blobs: [], exact: false }) === null;
}

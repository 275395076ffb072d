import { digestOf, digestOfBytes, isJsonArray, isJsonObject, type Digest, type JsonValue } from '#crds';
import type { BlobRef, FileContent, JournalRecord, Recorded } from './record.ts';

/** What is longer than this, in bytes of canonical JSON or of a file, need not be recorded twice. */
export const sharedBytes = 256;

/** Parts further down than this inside a value are not looked at. */
const deepest = 8;

/** Where a content stands: a value or a text in a record, a blob, or a part of the value that a blob is. */
export type Content =
  | { readonly value: JsonValue }
  | { readonly text: string }
  | { readonly blob: BlobRef }
  | { readonly part: BlobRef; readonly at: readonly string[]; readonly as: 'value' | 'text' };

/** A part of a value that is long enough to be named by its digest alone; a string is a file's text as well. */
export interface Part {
  readonly digest: Digest;
  readonly at: readonly string[];
  readonly as: 'value' | 'text';
  readonly value: JsonValue;
}

/** A digest that a record states, and what stands beside it: null where an earlier record holds it. */
export interface Claim {
  readonly field: string;
  readonly digest: Digest | null;
  readonly of: Recorded | FileContent | null;
  /** Whether nothing needs to hold it: what follows from other records is named by its digest only. */
  readonly follows: boolean;
}

/** What a record says of contents, in the order of its fields. */
export function claimsOf(record: JournalRecord): readonly Claim[] {
  switch (record.type) {
    case 'step.started':
    case 'call.intent':
    case 'call.denied':
    case 'gate.opened':
      return [claim('inputDigest', record.body.inputDigest, record.body.input)];
    case 'step.ended':
      return [claim('outputDigest', record.body.outputDigest, record.body.output)];
    case 'call.outcome':
      return [
        claim('outputDigest', record.body.outputDigest, record.body.output),
        ...record.body.changes.map(({ after, content }, index) => claim(`changes[${index}].after`, after, content)),
      ];
    case 'model.request':
      return record.body.messages.map(({ digest, message }, index) => {
        return { ...claim(`messages[${index}].digest`, digest, message), follows: true };
      });
    case 'model.response':
      return [claim('responseDigest', record.body.responseDigest, record.body.response)];
    case 'artifact.written':
      return [claim('digest', record.body.digest, record.body.content)];
    case 'gate.decided':
    case 'conductor.adjusted':
    case 'value.recorded':
      return [claim('valueDigest', record.body.valueDigest, record.body.value)];
    case 'input.received':
      return [claim('contentDigest', record.body.contentDigest, record.body.content)];
    case 'session.forked':
      return [claim('outcomesDigest', record.body.outcomesDigest, record.body.outcomes)];
    case 'session.ended':
      return [claim('resultDigest', record.body.resultDigest, record.body.result)];
    default:
      return [];
  }
}

function claim(field: string, digest: Digest | null, of: Claim['of']): Claim {
  return { field, digest, of, follows: false };
}

/** Everything that a record itself holds and later ones may name by digest; of blobs only the whole. */
export function* contentsOf(record: JournalRecord): Generator<readonly [Digest, Content]> {
  for (const { digest, of, follows } of claimsOf(record)) {
    if (of === null) continue;
    // A message is held whatever its length: every request names all of its messages.
    if (follows && digest !== null) yield [digest, of];
    if ('blob' in of) yield [of.blob.digest, of];
    else if ('text' in of) {
      if (Buffer.byteLength(of.text) > sharedBytes) yield [digestOfBytes(of.text), of];
    } else {
      for (const { digest, as, value } of partsOf(of.value)) yield [digest, contentOf(value, as)];
    }
  }
}

function contentOf(value: JsonValue, as: Part['as']): Content {
  return as === 'text' && typeof value === 'string' ? { text: value } : { value };
}

/** A value and what is inside it, as far as it is long enough to be shared. */
export function* partsOf(value: JsonValue, at: readonly string[] = []): Generator<Part> {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return;
  // As long as its canonical text, which differs only in the order of keys, and made in less time.
  if (Buffer.byteLength(JSON.stringify(value)) <= sharedBytes) return;
  yield { digest: digestOf(value), at, as: 'value', value };
  if (typeof value === 'string') {
    if (Buffer.byteLength(value) > sharedBytes) yield { digest: digestOfBytes(value), at, as: 'text', value };
  } else if (at.length < deepest) {
    const members = isJsonObject(value)
      ? Object.entries(value)
      : [...value].map((item, index) => [`${index}`, item] as const);
    for (const [key, member] of members) yield* partsOf(member, [...at, key]);
  }
}

/** The part of a value at a place that `partsOf` named; undefined where there is none. */
export function partAt(value: JsonValue, at: readonly string[]): JsonValue | undefined {
  let part: JsonValue | undefined = value;
  for (const key of at) {
    if (part === undefined) return undefined;
    if (isJsonArray(part)) part = part[Number(key)];
    else part = isJsonObject(part) && Object.hasOwn(part, key) ? part[key] : undefined;
  }
  return part;
}

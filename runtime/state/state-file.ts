import { canonicalJson, digestOf, isDigest, isJsonObject, OrketError, parseJson, type JsonValue } from '#crds';
import { placeOf, type Kept, type KeptPut } from './put.ts';
import { stateLimits } from './state.ts';

/** No file of a store is larger: a value, its key, its puts, and room for what JSON adds. */
export const stateFileBytes = stateLimits.valueBytes + 64 * 1024;

/** The file of a key: canonical JSON with the digest of the rest, so that damage is noticed. */
export function writeStateFile(key: string, kept: Kept): string {
  const body = bodyOf(key, kept);
  return `${canonicalJson({ ...body, digest: digestOf(body) })}\n`;
}

/** Reads it back. Throws `StateCorrupt`. */
export function readStateFile(key: string, text: string): Kept {
  const { digest, ...body } = objectOf(key, text);
  const { value, version, puts } = body;
  if (body['stateVersion'] !== 1) throw corrupt(key, 'a state file of version 1', 'another version');
  if (body['key'] !== key) throw corrupt(key, 'the state of this key', 'that of another');
  if (!isCount(version)) throw corrupt(key, 'a version', 'something else');
  const kept = { value: value ?? null, version, puts: putsOf(key, puts) };
  if (digestOf(body) !== digest) throw corrupt(key, 'what its digest says', 'something else');
  return kept;
}

function bodyOf(key: string, { value, version, puts }: Kept): { readonly [name: string]: JsonValue } {
  return { stateVersion: 1, key, value, version, puts: puts.map((put) => ({ ...put })) };
}

function objectOf(key: string, text: string): { readonly [name: string]: JsonValue } {
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw corrupt(key, 'JSON', 'something else', error);
  }
  throw corrupt(key, 'an object', 'something else');
}

function putsOf(key: string, puts: JsonValue | undefined): readonly KeptPut[] {
  if (!Array.isArray(puts)) throw corrupt(key, 'a list of puts', 'something else');
  return puts.map((put: JsonValue) => {
    const { idempotencyKey, version, digest } = isJsonObject(put) ? put : {};
    if (typeof idempotencyKey === 'string' && isCount(version) && isDigest(digest)) {
      return { idempotencyKey, version, digest };
    }
    throw corrupt(key, 'puts', 'something else');
  });
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function corrupt(key: string, expected: string, found: string, cause?: unknown): OrketError {
  const remedy = 'Bring the file back from a copy, or remove it: the key then begins anew at version 0.';
  return new OrketError(
    'StateCorrupt',
    'the state is not what was written',
    { at: placeOf(key), expected, found, remedy },
    cause,
  );
}

import { canonicalCopy, digestOfBytes, OrketError, type Digest, type JsonValue } from '#crds';
import { stateLimits, type StateEntry } from './state.ts';

/** All that a store keeps of a key. */
export interface Kept extends StateEntry {
  /** The last puts, oldest first. */
  readonly puts: readonly KeptPut[];
}

export interface KeptPut {
  readonly idempotencyKey: string;
  /** That it gave. */
  readonly version: number;
  /** Of its value. */
  readonly digest: Digest;
}

export interface Put {
  readonly key: string;
  readonly value: JsonValue;
  /** That it replaces. */
  readonly version: number;
  readonly idempotencyKey: string;
}

export const nothingKept: Kept = { value: null, version: 0, puts: [] };

/**
 * What is kept of a key after a put; the same object where it was done before. Pure. Throws `StateConflict`, and
 * `StorageExceeded` for a value that is too large.
 */
export function putInto(kept: Kept, { key, value, version, idempotencyKey }: Put): Kept {
  const copy = canonicalCopy(value);
  const digest = digestOfBytes(copy.text);
  const done = kept.puts.find((put) => put.idempotencyKey === idempotencyKey);
  if (done?.digest === digest) return kept;
  if (done !== undefined) throw conflict(key, 'the same value for the same call', 'another value');
  const bytes = Buffer.byteLength(copy.text);
  if (bytes > stateLimits.valueBytes) throw tooMuch(key, `at most ${stateLimits.valueBytes} bytes`, `${bytes} bytes`);
  if (kept.version !== version) throw conflict(key, `version ${version}`, `version ${kept.version}`);
  const puts = [...kept.puts, { idempotencyKey, version: version + 1, digest }].slice(-stateLimits.puts);
  return { value: copy.value, version: version + 1, puts };
}

/** The version that a put gave which is among those kept. */
export function versionOf({ puts, version }: Kept, idempotencyKey: string): number {
  return puts.find((put) => put.idempotencyKey === idempotencyKey)?.version ?? version;
}

/** Throws `InputRefused` for what can be no key. */
export function checkKey(key: string): void {
  const length = Array.from(key.slice(0, stateLimits.keyLength * 2 + 1)).length;
  if (length > 0 && length <= stateLimits.keyLength && key.isWellFormed()) return;
  throw new OrketError('InputRefused', 'the key cannot name state', {
    at: 'key',
    expected: `1 to ${stateLimits.keyLength} characters of well-formed Unicode`,
    found: key.isWellFormed() ? `${length} characters or more` : 'a lone surrogate',
  });
}

/** Throws `StorageExceeded` where one more key would be too many. */
export function checkCount(key: string, keys: number): void {
  if (keys >= stateLimits.keys) throw tooMuch(key, `at most ${stateLimits.keys} keys`, `${keys} keys`);
}

function conflict(key: string, expected: string, found: string): OrketError {
  return new OrketError('StateConflict', 'somebody else changed the state in between', {
    at: placeOf(key),
    expected,
    found,
    remedy: 'Get it again and put what follows from that.',
  });
}

function tooMuch(key: string, expected: string, found: string): OrketError {
  return new OrketError('StorageExceeded', 'the state of the Flow would grow too large', {
    at: placeOf(key),
    expected,
    found,
    remedy: 'Keep less, or keep it as an artifact.',
  });
}

/** A key as it may stand in an error. */
export function placeOf(key: string): string {
  return `state ${JSON.stringify(key.slice(0, stateLimits.keyLength))}`;
}

import type { JsonValue } from '#crds';

/**
 * What outlives a Session, one store a Flow. Compare-and-swap: a put names the version that it replaces, 0 for a key
 * that is not there. Every implementation passes test/conformance/state.
 */
export interface StateStore {
  /** Version 0 and null for a key that is not there. Throws `InputRefused` for what can be no key. */
  get(key: string): Promise<StateEntry>;
  /**
   * Durable when it resolves, with the new version. `idempotencyKey` is that of the call: the same put again gives the
   * version that the first one gave, as long as that is among the last of its key; later it conflicts, and is never done
   * twice. Throws `StateConflict` where another version is there, `StorageExceeded`, `InputRefused`.
   */
  put(key: string, value: JsonValue, version: number, idempotencyKey: string): Promise<number>;
}

export interface StateEntry {
  readonly value: JsonValue;
  readonly version: number;
}

/** What one store holds at most. */
export const stateLimits = {
  keys: 512,
  /** In characters. */
  keyLength: 256,
  /** Of the canonical JSON of one value. */
  valueBytes: 256 * 1024,
  /** Puts of one key that are told from new ones. */
  puts: 64,
} as const;

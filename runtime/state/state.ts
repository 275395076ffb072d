import type { JsonValue } from '#crds';

/**
 * What outlives a Session, one store a Flow. Compare-and-swap: a put names the version that it replaces, 0 for a key
 * that is not there. Every implementation passes test/conformance/state.
 */
export interface StateStore {
  /** Version 0 and null for a key that is not there. */
  get(key: string): Promise<StateEntry>;
  /**
   * Durable when it resolves, with the new version. `idempotencyKey` is that of the call: the same put again gives the
   * version that the first one gave. Throws `StateConflict` where another version is there, `StorageExceeded`.
   */
  put(key: string, value: JsonValue, version: number, idempotencyKey: string): Promise<number>;
}

export interface StateEntry {
  readonly value: JsonValue;
  readonly version: number;
}

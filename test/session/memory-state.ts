import { checkCount, checkKey, nothingKept, putInto, versionOf, type Kept } from '../../runtime/state/put.ts';
import type { StateStore } from '../../runtime/state/state.ts';

/** A store that lives as long as its process. */
export function memoryState(): StateStore {
  const entries = new Map<string, Kept>();
  return {
    get: async (key) => {
      checkKey(key);
      const { value, version } = entries.get(key) ?? nothingKept;
      return { value, version };
    },
    put: async (key, value, version, idempotencyKey) => {
      checkKey(key);
      const kept = putInto(entries.get(key) ?? nothingKept, { key, value, version, idempotencyKey });
      if (!entries.has(key)) checkCount(key, entries.size);
      entries.set(key, kept);
      return versionOf(kept, idempotencyKey);
    },
  };
}

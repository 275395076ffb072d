import { canonicalJson, OrketError, type JsonValue } from '#crds';
import type { StateEntry, StateStore } from './state.ts';

/** A store that lives as long as its process. */
export function memoryState(): StateStore {
  const entries = new Map<string, StateEntry>();
  const puts = new Map<string, number>();
  return {
    get: async (key) => entries.get(key) ?? { value: null, version: 0 },
    put: async (key, value: JsonValue, version, idempotencyKey) => {
      const done = puts.get(idempotencyKey);
      if (done !== undefined) return done;
      const found = entries.get(key)?.version ?? 0;
      if (found !== version) {
        throw new OrketError('StateConflict', 'somebody else changed the state in between', {
          at: `state ${canonicalJson(key)}`,
          expected: `version ${version}`,
          found: `version ${found}`,
          remedy: 'Get it again and put what follows from that.',
        });
      }
      entries.set(key, { value, version: version + 1 });
      puts.set(idempotencyKey, version + 1);
      return version + 1;
    },
  };
}

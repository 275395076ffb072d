import { canonicalCopy, digestOfBytes, isJsonObject, setOwn, type Digest, type JsonValue } from '#crds';
import type { Mask } from '../secrets/mask.ts';

/** A value as the core may see it: masked, canonical, sharing nothing with where it came from. */
export interface Admitted {
  readonly value: JsonValue;
  readonly digest: Digest;
}

/**
 * Lets a value into the core. The core never sees a value that the journal does not hold: what is used, hashed, shown
 * and recorded is this copy. Throws `NotCanonical` for what has no canonical JSON.
 */
export function admit(value: unknown, mask: Mask): Admitted {
  const copy = canonicalCopy(value);
  if (mask.empty) return { value: copy.value, digest: digestOfBytes(copy.text) };
  const masked = canonicalCopy(maskValue(copy.value, mask));
  return { value: masked.value, digest: digestOfBytes(masked.text) };
}

function maskValue(value: JsonValue, mask: Mask): JsonValue {
  if (typeof value === 'string') return mask.text(value);
  if (isJsonObject(value)) {
    const object: Record<string, JsonValue> = {};
    for (const [key, member] of Object.entries(value)) setOwn(object, mask.text(key), maskValue(member, mask));
    return object;
  }
  return Array.isArray(value) ? value.map((item: JsonValue) => maskValue(item, mask)) : value;
}

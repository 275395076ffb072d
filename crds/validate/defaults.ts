import { isJsonArray, isJsonObject, setOwn, type JsonValue } from '../canonical/value.ts';
import type { StructuralSchema } from './schema.ts';

/**
 * What the API server makes of an object before it validates: null on a known field or map value is dropped, then
 * defaults are filled in, and in them again. Nulls in lists and in free-form objects stay. Gives a copy.
 */
export function settle(value: JsonValue, schema: StructuralSchema): JsonValue {
  const { items, properties, additionalProperties } = schema;
  if (isJsonArray(value)) return items === undefined ? value : value.map((item) => settle(item, items));
  if (!isJsonObject(value) || (properties === undefined && additionalProperties === undefined)) return value;
  const settled: Record<string, JsonValue> = {};
  for (const [key, child] of Object.entries(value)) {
    const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known === undefined) setOwn(settled, key, child);
    else if (child !== null) setOwn(settled, key, settle(child, known));
  }
  for (const [key, child] of Object.entries(properties ?? {})) {
    if (child.default !== undefined && !Object.hasOwn(settled, key)) setOwn(settled, key, settle(child.default, child));
  }
  return settled;
}

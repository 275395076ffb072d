/** Plain JSON data, as it comes out of a parser: null, booleans, finite numbers, strings, arrays and plain objects. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** No document, record or value of Orket nests deeper. Edges that face people or models pass a smaller bound. */
export const MAX_DEPTH = 512;

/** Narrows a JSON value to an object (not null, not an array). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Narrows a JSON value to a list; `Array.isArray` alone loses the element type of a readonly array. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Sets an own property also where its name is `__proto__`, which plain assignment would turn into a prototype. */
export function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

import type { JsonValue } from '#crds';

/** What a tool gives or asks as JSON. Throws for what JSON has no word for: it would come out as something else. */
export function jsonOf(value: unknown): JsonValue {
  const text = JSON.stringify(value ?? null, (key, inner: unknown) => {
    if (typeof inner === 'number' && !isExact(inner)) throw new TypeError(`"${key}" is a number that JSON cannot hold`);
    if (typeof inner === 'string' && !inner.isWellFormed()) throw new TypeError(`"${key}" is no well-formed text`);
    if (!key.isWellFormed()) throw new TypeError('a name is no well-formed text');
    return inner;
  });
  if (text === undefined) throw new TypeError('it has no JSON');
  return JSON.parse(text);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

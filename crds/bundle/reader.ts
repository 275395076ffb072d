import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { OrketError } from '../errors.ts';

/** Reads one value that may be anything, or throws `BundleMismatch` that names its place. */
export type Reader<T> = (value: JsonValue, at: string) => T;

type Fields = Readonly<Record<string, Reader<unknown>>>;
type ReadOf<R> = R extends Reader<infer T> ? T : never;
type ObjectOf<R extends Fields, O extends Fields> = { readonly [K in keyof R]: ReadOf<R[K]> } & {
  readonly [K in keyof O]?: ReadOf<O[K]>;
};

export function mismatch(at: string, expected: string, found: string): OrketError {
  return new OrketError('BundleMismatch', 'the bundle does not have the form of its version', { at, expected, found });
}

/** A text of at most that many code points, as CRDs count, that matches the pattern. */
export function text(maxLength: number, pattern?: RegExp): Reader<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw mismatch(at, 'a text', kindOf(value));
    if (value.length > maxLength && (value.length > 2 * maxLength || Array.from(value).length > maxLength)) {
      throw mismatch(at, `at most ${maxLength} characters`, 'more');
    }
    if (pattern !== undefined && !pattern.test(value))
      throw mismatch(at, `text that matches ${pattern.source}`, JSON.stringify(value.slice(0, 80)));
    return value;
  };
}

export function number(min: number, max: number): Reader<number> {
  return (value, at) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw mismatch(at, `a number from ${min} to ${max}`, typeof value === 'number' ? `${value}` : kindOf(value));
  };
}

export function integer(min: number, max: number): Reader<number> {
  const inRange = number(min, max);
  return (value, at) => {
    if (typeof value === 'number' && !Number.isInteger(value)) throw mismatch(at, 'an integer', `${value}`);
    return inRange(value, at);
  };
}

export const flag: Reader<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  throw mismatch(at, 'true or false', kindOf(value));
};

export const anyObject: Reader<JsonObject> = (value, at) => {
  if (isJsonObject(value)) return value;
  throw mismatch(at, 'an object', kindOf(value));
};

export function oneOf<const T extends string | number>(...choices: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const given =
      typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value).slice(0, 80) : kindOf(value);
    throw mismatch(at, `one of ${choices.join(', ')}`, given);
  };
}

export function list<T>(item: Reader<T>, maxItems: number): Reader<readonly T[]> {
  return (value, at) => {
    if (!isJsonArray(value)) throw mismatch(at, 'a list', kindOf(value));
    if (value.length > maxItems) throw mismatch(at, `at most ${maxItems} items`, `${value.length}`);
    return value.map((each, index) => item(each, `${at}[${index}]`));
  };
}

/** An object with exactly these members, of which the optional ones may be absent. */
export function object<R extends Fields, O extends Fields>(required: R, optional: O): Reader<ObjectOf<R, O>> {
  const known: ReadonlyMap<string, Reader<unknown>> = new Map([
    ...Object.entries(required),
    ...Object.entries(optional),
  ]);
  return (value, at) => {
    const given = anyObject(value, at);
    const read: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(given)) {
      const reader = known.get(key);
      if (reader === undefined)
        throw mismatch(at, `members ${[...known.keys()].join(', ')}`, JSON.stringify(key.slice(0, 80)));
      read[key] = reader(member, `${at}.${key}`);
    }
    for (const key of Object.keys(required)) {
      if (!Object.hasOwn(given, key)) throw mismatch(at, `a member ${key}`, 'none');
    }
    // Every member was read by the reader of its name, and none that is required is missing.
    return read as ObjectOf<R, O>;
  };
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  return isJsonArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

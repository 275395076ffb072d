import { type Digest, isDigest, parseInstant, type JsonObject, type JsonValue } from '#crds';
import type { BlobRef } from './record.ts';

/** Why a value does not have its shape: the place inside it, what belongs there, what is there (bounded). */
export interface Flaw {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** Nothing that is damaged looks like this: a later version says something that this one does not know. */
  readonly newer?: true;
}

/** What is gathered while checking. */
export interface Gathered {
  readonly blobs: BlobRef[];
  /** Refuse members that are not known, instead of ignoring them. */
  readonly exact: boolean;
}

/** Checks data from outside; null for good. */
export type Check = (value: unknown, gathered: Gathered) => Flaw | null;

/** A check, and what data is that has passed it. */
export interface Shape<T> extends Check {
  /** Only for the compiler: makes a shape for one type useless for another. */
  readonly is?: (value: T) => T;
}

type Infer<S> = S extends Shape<infer T> ? T : never;
type Members = Readonly<Record<string, Check>>;
type Present<M> = { readonly [K in keyof M]: Infer<M[K]> };
type Absent<M> = { readonly [K in keyof M]?: Infer<M[K]> };

export const text: Shape<string> = (value) => (typeof value === 'string' ? null : flaw('a string', value));
export const digest: Shape<Digest> = (value) => (isDigest(value) ? null : flaw('sha256: and 64 hex digits', value));
/** RFC 3339. */
export const instant: Shape<string> = (value) =>
  typeof value === 'string' && Number.isFinite(parseInstant(value)) ? null : flaw('an instant in RFC 3339', value);
export const json: Shape<JsonValue> = () => null;
export const jsonObject: Shape<JsonObject> = (value) => (isObject(value) ? null : flaw('an object', value));

/** An integer from 0 (or from `least`) within 2^53. */
export function count(least = 0): Shape<number> {
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? null
      : flaw(`an integer of at least ${least}`, value);
}

export const number: Shape<number> = (value) => (typeof value === 'number' ? null : flaw('a number', value));

export function oneOf<const T extends string | boolean>(...options: readonly T[]): Shape<T> {
  const known = new Set<unknown>(options);
  const expected = options.map((option) => JSON.stringify(option)).join(' or ');
  return (value) => {
    if (known.has(value)) return null;
    const found = flaw(expected, value);
    return typeof value === 'string' ? { ...found, newer: true } : found;
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, gathered) => (value === null ? null : shape(value, gathered));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, gathered) => {
    if (!Array.isArray(value)) return flaw('a list', value);
    for (const [index, item] of value.entries()) {
      const found = shape(item, gathered);
      if (found !== null) return inside(`[${index}]`, found);
    }
    return null;
  };
}

/** An object. Members that are not named are ignored, as a later version may add some, unless `exact` is asked for. */
export function object<R extends Members>(required: R): Shape<Present<R>>;
export function object<R extends Members, O extends Members>(required: R, optional: O): Shape<Present<R> & Absent<O>>;
export function object(required: Members, optional: Members = {}): Check {
  const must = Object.entries(required);
  const may = Object.entries(optional);
  return (value, gathered) => {
    if (!isObject(value)) return flaw('an object', value);
    for (const [key, shape] of must) {
      const found = Object.hasOwn(value, key) ? shape(value[key], gathered) : missing(shape, gathered);
      if (found !== null) return inside(key, found);
    }
    for (const [key, shape] of may) {
      const found = Object.hasOwn(value, key) ? shape(value[key], gathered) : null;
      if (found !== null) return inside(key, found);
    }
    return gathered.exact ? unknownMember(value, required, optional) : null;
  };
}

/** An object with exactly one of the members. */
export function either<A extends Members, B extends Members>(one: A, other: B): Shape<Present<A> | Present<B>> {
  const [first, second] = [object(one), object(other)];
  const [firstKey, secondKey] = [Object.keys(one)[0] ?? '', Object.keys(other)[0] ?? ''];
  return (value, gathered) => {
    if (!isObject(value)) return flaw('an object', value);
    if (Object.hasOwn(value, firstKey) === Object.hasOwn(value, secondKey)) {
      return { field: '', expected: `either "${firstKey}" or "${secondKey}"`, found: shown(Object.keys(value)) };
    }
    return Object.hasOwn(value, firstKey) ? first(value, gathered) : second(value, gathered);
  };
}

/** A reference into the pack; gathered, so that a reader can check what it names. */
export const blobRef: Shape<BlobRef> = (value, gathered) => {
  const found = blobMembers(value, gathered);
  if (found === null && isBlobRef(value)) gathered.blobs.push(value);
  return found;
};

const blobMembers = object({ digest, offset: count(), bytes: count() });

function isBlobRef(value: unknown): value is BlobRef {
  return blobMembers(value, { blobs: [], exact: false }) === null;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function flaw(expected: string, value: unknown): Flaw {
  return { field: '', expected, found: shown(value) };
}

/** A value as an error shows it: short, and escaped, as it may be hostile. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const whole = typeof value === 'string' ? JSON.stringify(value.slice(0, 90)) : textOf(value);
  return whole.length > 80 ? `${whole.slice(0, 80)}…` : whole;
}

/** What is read is nested as deeply as somebody likes, and writing it takes the stack. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return Array.isArray(value) ? 'a list without end' : 'an object without end';
  }
}

function missing(shape: Check, gathered: Gathered): Flaw {
  const expected = shape(undefined, gathered)?.expected ?? 'a value';
  return { field: '', expected, found: 'nothing' };
}

function unknownMember(value: object, required: Members, optional: Members): Flaw | null {
  const extra = Object.keys(value).find((key) => !Object.hasOwn(required, key) && !Object.hasOwn(optional, key));
  if (extra === undefined) return null;
  return { field: extra.slice(0, 80), expected: 'no such member', found: 'one', newer: true };
}

function inside(key: string, found: Flaw): Flaw {
  const joint = found.field === '' || found.field.startsWith('[') ? '' : '.';
  return { ...found, field: `${key}${joint}${found.field}` };
}

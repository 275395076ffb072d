import { OrketError } from '../errors.ts';
import { MAX_DEPTH, type JsonValue } from './value.ts';

/** Characters that a plain copy between quotes would get wrong: to be escaped, or possibly a lone surrogate. */
// eslint-disable-next-line no-control-regex -- control characters are what JSON must escape
const needsCare = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * The one text of a JSON value (RFC 8785): keys sorted by UTF-16 code units, no white space, numbers as ECMAScript
 * writes them. Equal values give equal bytes, so digests are taken of this text.
 *
 * Throws `NotCanonical` for what has no such text or would not survive a round trip: lone surrogates, numbers that are
 * not finite, integers beyond 2^53 - 1, `undefined`, functions, objects with a class, more than 512 levels. -0 becomes 0.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0);
}

/**
 * A value of unknown origin as plain data, and its canonical text. The copy shares nothing with the original, so later
 * changes to that cannot reach it. Throws `NotCanonical` as `canonicalJson` does.
 */
export function canonicalCopy(value: unknown): { readonly text: string; readonly value: JsonValue } {
  const text = write(value, 0);
  const copy: JsonValue = JSON.parse(text);
  return { text, value: copy };
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw refuse(`at most ${MAX_DEPTH} levels`, 'a deeper or circular value');
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw refuse('null, a boolean, a number, a string, a list or an object', `a value of type ${typeof value}`);
  }
}

function writeString(text: string): string {
  if (!needsCare.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw refuse('well-formed Unicode', 'a string with half of a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
  if (!Number.isFinite(value)) throw refuse('a finite number', String(value));
  if (Number.isInteger(value)) throw refuse('an integer between -(2^53 - 1) and 2^53 - 1', String(value));
  return String(value);
}

function writeArray(items: readonly unknown[], depth: number): string {
  if (items.length === 0) return '[]';
  let text = `[${write(items[0], depth)}`;
  for (let index = 1; index < items.length; index += 1) text += `,${write(items[index], depth)}`;
  return `${text}]`;
}

function writeObject(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse('a plain object', `an instance of ${object.constructor?.name ?? 'a class'}`);
  }
  const keys = sorted(Object.keys(object));
  let text = '{';
  for (const key of keys) {
    const member: unknown = Reflect.get(object, key);
    text += `${text.length === 1 ? '' : ','}${writeString(key)}:${write(member, depth)}`;
  }
  return `${text}}`;
}

/** Most objects come sorted already, and looking is cheaper than sorting. */
function sorted(keys: string[]): string[] {
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  }
  return keys;
}

function refuse(expected: string, found: string): OrketError {
  return new OrketError('NotCanonical', 'the value has no canonical JSON', { expected, found });
}

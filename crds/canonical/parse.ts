import { OrketError } from '../errors.ts';
import { MAX_DEPTH, setOwn, type JsonValue } from './value.ts';

export interface ParseLimits {
  /** Bound on the size of the text in UTF-8 bytes. Default 64 MiB. */
  readonly bytes?: number;
  /** Bound on nested lists and objects. Default 512. */
  readonly depth?: number;
}

const DEFAULT_BYTES = 64 * 1024 * 1024;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const spacePattern = /[ \t\n\r]*/y;
// eslint-disable-next-line no-control-regex -- control characters end what JSON allows inside a string
const plainText = /[^"\\\u0000-\u001f]*/y;
const escapePattern = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Parses JSON strictly: what two readers could understand differently is refused, so that a digest of the result
 * speaks for the text. -0 becomes 0; a key `__proto__` is an ordinary own property.
 *
 * Throws `NotCanonical`, with the offset in UTF-16 units, for broken syntax, duplicate keys, lone surrogates, integers
 * beyond 2^53 - 1, numbers that overflow, and texts over the limits.
 */
export function parseJson(text: string, limits: ParseLimits = {}): JsonValue {
  const bytes = limits.bytes ?? DEFAULT_BYTES;
  // A UTF-16 unit is at most three bytes, so most texts need no counting.
  if (text.length * 3 > bytes && (text.length > bytes || Buffer.byteLength(text) > bytes)) {
    throw refuse(0, `at most ${bytes} bytes`, `${text.length} characters`);
  }
  const parser = new Parser(text, limits.depth ?? MAX_DEPTH);
  return parser.document();
}

/** What `parseJson` throws: `offset` counts UTF-16 units from the start of the text. */
export class NotStrictJson extends OrketError {
  readonly offset: number;

  constructor(offset: number, expected: string, found: string) {
    super('NotCanonical', 'not strict JSON', { at: `offset ${offset}`, expected, found });
    this.offset = offset;
  }
}

class Parser {
  readonly #text: string;
  readonly #depth: number;
  #at = 0;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  document(): JsonValue {
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the text');
    return value;
  }

  #value(depth: number): JsonValue {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#array(this.#deeper(depth));
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #deeper(depth: number): number {
    if (depth >= this.#depth) throw refuse(this.#at, `at most ${this.#depth} levels`, 'a deeper value');
    return depth + 1;
  }

  #object(depth: number): JsonValue {
    const object: Record<string, JsonValue> = {};
    this.#at += 1;
    this.#space();
    if (this.#skip('}')) return object;
    for (;;) {
      const at = this.#at;
      if (this.#text[at] !== '"') throw this.#unexpected('a key in double quotes');
      const key = this.#string();
      if (Object.hasOwn(object, key)) throw refuse(at, 'each key once', `${quote(key)} again`);
      this.#space();
      if (!this.#skip(':')) throw this.#unexpected('":"');
      this.#space();
      setOwn(object, key, this.#value(depth));
      this.#space();
      if (this.#skip('}')) return object;
      if (!this.#skip(',')) throw this.#unexpected('"," or "}"');
      this.#space();
    }
  }

  #array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.#at += 1;
    this.#space();
    if (this.#skip(']')) return items;
    for (;;) {
      items.push(this.#value(depth));
      this.#space();
      if (this.#skip(']')) return items;
      if (!this.#skip(',')) throw this.#unexpected('"," or "]"');
      this.#space();
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let escaped = false;
    for (;;) {
      this.#match(plainText);
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next !== '\\') throw this.#unexpected('the end of the string');
      if (this.#match(escapePattern) === '') throw this.#unexpected('an escape of JSON');
      escaped = true;
    }
    this.#at += 1;
    const raw = this.#text.slice(start, this.#at);
    const value: string = escaped ? JSON.parse(raw) : raw.slice(1, -1);
    if (!value.isWellFormed()) throw refuse(start, 'well-formed Unicode', 'a string with half of a surrogate pair');
    return value;
  }

  #number(): number {
    const start = this.#at;
    const raw = this.#match(numberPattern);
    if (raw === '') throw this.#unexpected('a value');
    const value = Number(raw);
    if (!Number.isFinite(value)) throw refuse(start, 'a number that fits a double', quote(raw));
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw refuse(start, 'an integer between -(2^53 - 1) and 2^53 - 1', quote(raw));
    }
    return value === 0 ? 0 : value;
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('a value');
    this.#at += word.length;
    return value;
  }

  #space(): void {
    // Most JSON has none, and looking is cheaper than matching.
    if (this.#text.charCodeAt(this.#at) <= 0x20) this.#match(spacePattern);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(expected: string): NotStrictJson {
    const next = this.#text.codePointAt(this.#at);
    return refuse(this.#at, expected, next === undefined ? 'the end of the text' : quote(String.fromCodePoint(next)));
  }
}

/** Texts may be long and hostile: errors show a bounded, escaped piece. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function refuse(offset: number, expected: string, found: string): NotStrictJson {
  return new NotStrictJson(offset, expected, found);
}

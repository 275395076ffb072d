import { MAX_DEPTH } from '#crds';

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const closeBracket = 0x5d;
const closeBrace = 0x7d;
const shortEscapes = '"\\bfnrt';
/** Control characters that have no short escape. */
const longEscape = /^u00(?:0[0-7bef]|1[0-9a-f])$/;
const no = -1;

/**
 * Whether a text that `JSON.parse` takes is canonical JSON (RFC 8785): it is what `canonicalJson` writes of its value.
 * Looks at the text alone, which takes a fifth of the time of writing it anew.
 */
export function isCanonicalText(json: string): boolean {
  return json.isWellFormed() && new Scan(json).value(0, 0) === json.length;
}

/** Each method takes where something begins and gives where it ends, or `no`. That the text is JSON is known already. */
class Scan {
  readonly #text: string;
  /** The first backslash at or after the place last asked about. */
  #backslash = no;
  #backslashFrom = no;

  constructor(text: string) {
    this.#text = text;
  }

  value(at: number, depth: number): number {
    switch (this.#text[at]) {
      case '"':
        return this.#string(at);
      case '{':
        return depth < MAX_DEPTH ? this.#object(at + 1, depth + 1) : no;
      case '[':
        return depth < MAX_DEPTH ? this.#array(at + 1, depth + 1) : no;
      case 't':
      case 'n':
        return at + 4;
      case 'f':
        return at + 5;
      default:
        return this.#number(at);
    }
  }

  #object(start: number, depth: number): number {
    if (this.#text.charCodeAt(start) === closeBrace) return start + 1;
    let before: string | null = null;
    for (let at = start; ; at += 1) {
      if (this.#text.charCodeAt(at) !== quote) return no;
      const keyEnd = this.#string(at);
      if (keyEnd === no || this.#text.charCodeAt(keyEnd) !== colon) return no;
      const key = this.#key(at, keyEnd);
      if (before !== null && key <= before) return no;
      before = key;
      at = this.value(keyEnd + 1, depth);
      const next = at === no ? no : this.#text.charCodeAt(at);
      if (next === closeBrace) return at + 1;
      if (next !== comma) return no;
    }
  }

  #array(start: number, depth: number): number {
    if (this.#text.charCodeAt(start) === closeBracket) return start + 1;
    for (let at = start; ; at += 1) {
      at = this.value(at, depth);
      const next = at === no ? no : this.#text.charCodeAt(at);
      if (next === closeBracket) return at + 1;
      if (next !== comma) return no;
    }
  }

  #string(start: number): number {
    for (let at = start + 1; ;) {
      const end = this.#text.indexOf('"', at);
      const escape = this.#nextBackslash(at);
      if (escape === no || escape > end) return end + 1;
      const length = this.#escape(escape + 1);
      if (length === no) return no;
      at = escape + 1 + length;
    }
  }

  #escape(at: number): number {
    if (shortEscapes.includes(this.#text[at] ?? '')) return 1;
    return longEscape.test(this.#text.slice(at, at + 5)) ? 5 : no;
  }

  #key(start: number, end: number): string {
    const escape = this.#nextBackslash(start);
    if (escape === no || escape >= end) return this.#text.slice(start + 1, end - 1);
    return String(JSON.parse(this.#text.slice(start, end)));
  }

  #number(start: number): number {
    let end = start + (this.#text.charCodeAt(start) === minus ? 1 : 0);
    while (isDigit(this.#text.charCodeAt(end))) end += 1;
    const next = this.#text[end];
    // Fifteen digits are exact; zero with a sign is not canonical.
    if (next !== '.' && next !== 'e' && next !== 'E' && end - start <= 15) {
      if (end === start) return no;
      return this.#text.charCodeAt(start) === minus && this.#text.charCodeAt(start + 1) === zero ? no : end;
    }
    while (/[-+.eE\d]/.test(this.#text[end] ?? '')) end += 1;
    const value = Number(this.#text.slice(start, end));
    const exact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    return exact && String(value) === this.#text.slice(start, end) ? end : no;
  }

  /** From ever later places, so that the whole text is looked through once. */
  #nextBackslash(from: number): number {
    const known = from >= this.#backslashFrom && this.#backslashFrom !== no;
    if (!known || (this.#backslash !== no && this.#backslash < from)) {
      this.#backslash = this.#text.indexOf('\\', from);
      this.#backslashFrom = from;
    }
    return this.#backslash;
  }
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

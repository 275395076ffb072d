import type { JsonValue } from '../canonical/json.ts';

/** What a plain text of YAML 1.1 means to the API server: a JSON value, or a number that JSON has no form for. */
export type Resolved = { readonly value: JsonValue } | { readonly unsafe: string };

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const notFinite = /^[+-]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const binary = /^[-+]?0[bB][01]+$/;
const octal = /^[-+]?0[oO]?[0-7]+$/;
const hexadecimal = /^[-+]?0[xX][0-9a-fA-F]+$/;

/**
 * Reads a plain scalar as the YAML reader of Kubernetes does (YAML 1.1 with its own taste): `on` and `y` are booleans,
 * `0777` and `1_000` integers, `08` is 8; dates and `1:30` stay strings. A number that JSON cannot hold exactly is unsafe.
 */
export function resolvePlain(text: string): Resolved {
  const word = words.get(text);
  if (word !== undefined) return { value: word };
  if (notFinite.test(text)) return { unsafe: text };
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  if (!/^[-+.0-9]/.test(digits)) return { value: text };
  if (binary.test(digits)) return whole(text, digits, /0[bB]/, '0b');
  if (hexadecimal.test(digits)) return whole(text, digits, /0[xX]/, '0x');
  if (/^[-+]?0[0-7oO]/.test(digits) && octal.test(digits)) return whole(text, digits, /0[oO]?/, '0o');
  return decimal.test(digits) ? number(text, Number(digits)) : { value: text };
}

function whole(text: string, digits: string, prefix: RegExp, plainPrefix: string): Resolved {
  const magnitude = BigInt(digits.replace(/^[-+]/, '').replace(prefix, plainPrefix));
  return number(text, Number(digits.startsWith('-') ? -magnitude : magnitude));
}

function number(text: string, value: number): Resolved {
  if (!Number.isFinite(value)) return { unsafe: text };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { unsafe: text };
  return { value: value === 0 ? 0 : value };
}

/** A key of a map as the API server makes it a string; undefined where it has no string: null, lists and maps. */
export function keyText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : fraction(value);
  return undefined;
}

/** Go writes the exponent with two digits at least, and from 10^-5 down. */
function fraction(value: number): string {
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

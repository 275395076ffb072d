/**
 * What a plain text of YAML 1.1 means to the API server: a JSON value, with the kind that its form gives a number, or a
 * number that would not survive as JSON. The API server takes unsafe integers and rounds them; we refuse them.
 */
export type Resolved =
  | { readonly kind: 'int' | 'float' | 'other'; readonly value: null | boolean | number | string }
  | { readonly kind: 'unsafe' };

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

const notFinite = /^[+-]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;
const pointFirst = /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/;
const decimal = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const bases = [
  { form: /^[-+]?0[bB][01]+$/, prefix: /0[bB]/, plain: '0b' },
  { form: /^[-+]?0[xX][0-9a-fA-F]+$/, prefix: /0[xX]/, plain: '0x' },
  { form: /^[-+]?0[oO]?[0-7]+$/, prefix: /0[oO]?/, plain: '0o' },
  { form: /^[-+]?\d+$/, prefix: /^/, plain: '' },
] as const;

/**
 * Reads a plain scalar as the YAML reader of Kubernetes does (YAML 1.1 with its own taste): `on` and `y` are booleans,
 * `0777` and `1_000` integers, `08` is 8.0; dates, `1:30` and numbers too large for a double stay strings.
 */
export function resolvePlain(text: string): Resolved {
  const word = words.get(text);
  if (word !== undefined) return { kind: 'other', value: word };
  if (notFinite.test(text)) return { kind: 'unsafe' };
  if (!/^[-+.0-9]/.test(text)) return { kind: 'other', value: text };
  const plain = text.replaceAll('_', '');
  if (text.startsWith('.')) return pointFirst.test(text) ? float(text, plain) : { kind: 'other', value: text };
  const base = bases.find(({ form }) => form.test(plain));
  // `08` has a form of octal only at first sight: it falls through to the decimals, and is a float.
  if (base !== undefined && !(base.plain === '' && /^[-+]?0\d/.test(plain))) {
    const magnitude = BigInt(plain.replace(/^[-+]/, '').replace(base.prefix, base.plain));
    return int(text, Number(plain.startsWith('-') ? -magnitude : magnitude));
  }
  return decimal.test(plain) ? float(text, plain) : { kind: 'other', value: text };
}

function int(text: string, value: number): Resolved {
  if (!Number.isFinite(value)) return { kind: 'other', value: text };
  return Number.isSafeInteger(value) ? { kind: 'int', value: value === 0 ? 0 : value } : { kind: 'unsafe' };
}

function float(text: string, digits: string): Resolved {
  const value = Number(digits);
  if (!Number.isFinite(value)) return { kind: 'other', value: text };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { kind: 'unsafe' };
  return { kind: 'float', value: value === 0 ? 0 : value };
}

/**
 * A plain key of a map as the API server makes it a string: a float as Go prints one of 32 bits. Undefined where it has
 * no string.
 */
export function keyText(text: string): string | undefined {
  const resolved = resolvePlain(text);
  if (resolved.kind === 'unsafe' || resolved.value === null) return undefined;
  if (resolved.kind !== 'float') return String(resolved.value);
  return shortFloat(text.startsWith('-') && resolved.value === 0 ? -0 : Number(resolved.value));
}

/** The fewest digits that give the same number of 32 bits; with an exponent of two digits from 10^6 on and below 10^-4. */
function shortFloat(value: number): string {
  const single = Math.fround(value);
  if (single === 0) return Object.is(value, -0) ? '-0' : '0';
  const precision = [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
    (digits) => Math.fround(Number(single.toExponential(digits - 1))) === single,
  );
  const [mantissa = '', exponent = '0'] = single.toExponential((precision ?? 9) - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${power}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

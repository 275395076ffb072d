import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import { canonicalCopy, canonicalJson, isJsonObject, parseJson, type JsonValue } from './json.ts';

/** Any JSON value that has a canonical form, odd keys included. */
const anyJson = fc
  .jsonValue({
    maxDepth: 5,
    stringUnit: fc.oneof(fc.constant('__proto__'), fc.string({ unit: anyCharacter, maxLength: 3 })),
  })
  .filter(writable)
  .map((value) => canonicalCopy(value).value);

function writable(value: unknown): boolean {
  try {
    canonicalCopy(value);
    return true;
  } catch {
    return false;
  }
}

function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => shuffled(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

describe('canonicalJson', () => {
  it('writes the vector of RFC 8785 section 3.2.2', () => {
    const value = parseJson(
      String.raw`{"numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
    );
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],` +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts the keys of RFC 8785 section 3.2.3 by UTF-16 code units', () => {
    const value = parseJson(
      String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
        "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
    );
    expect([...canonicalJson(value).matchAll(/:"([A-Z]\w+)/g)].map((match) => match[1])).toEqual([
      'Carriage',
      'One',
      'Control',
      'Latin',
      'Euro',
      'Emoji',
      'Hebrew',
    ]);
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-5e-324, '-5e-324'],
    [9007199254740991, '9007199254740991'],
    [-9007199254740991, '-9007199254740991'],
    [1e-7, '1e-7'],
    [0.000001, '0.000001'],
    [333333333.3333332, '333333333.3333332'],
    [333333333.33333325, '333333333.33333325'],
    [-0.0000033333333333333333, '-0.0000033333333333333333'],
    [1424953923781206.25, '1424953923781206.2'],
  ])('writes the number %s as %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    ['half a surrogate pair', 'a\ud800b'],
    ['half a surrogate pair in a key', { '\udc00': 1 }],
    ['NaN', Number.NaN],
    ['infinity', [Number.NEGATIVE_INFINITY]],
    ['an unsafe integer', 9007199254740992],
    ['an integer only doubles can hold', 1e21],
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['a hole in a list', [, 1]], // eslint-disable-line no-sparse-arrays
    ['a date', new Date(0)],
    ['a map', { a: new Map() }],
    ['a bigint', 1n],
    ['a function', { toJSON: () => 1 }],
    ['a symbol', Symbol.iterator],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalCopy(value)).toThrow(/no canonical JSON/);
  });

  it('refuses a circular value instead of overflowing the stack', () => {
    const loop: { next?: unknown } = {};
    loop.next = loop;
    expect(() => canonicalCopy(loop)).toThrow(/at most 512 levels/);
  });

  it('keeps a key __proto__ as data', () => {
    const value = parseJson('{"__proto__":{"admin":true},"a":1}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"admin":true},"a":1}');
    expect(Reflect.get(Object(value), 'admin')).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('survives a round trip and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(parseJson(text))).toBe(text);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('parseJson', () => {
  it.each([
    ['{"a":1,"a":2}', 'offset 7', '"a" again'],
    [String.raw`{"a":1,"\u0061":2}`, 'offset 7', '"a" again'],
    ['{"__proto__":1,"__proto__":2}', 'offset 15', '"__proto__" again'],
    [String.raw`["\ud83d"]`, 'offset 1', 'surrogate'],
    ['[9007199254740993]', 'offset 1', '9007199254740993'],
    ['1e400', 'offset 0', '1e400'],
    ['1e17', 'offset 0', '1e17'],
    ['', 'offset 0', 'the end of the text'],
    ['[1,]', 'offset 3', '"]"'],
    ['{"a" 1}', 'offset 5', '"1"'],
    ['{a:1}', 'offset 1', '"a"'],
    ['01', 'offset 1', '"1"'],
    ['+1', 'offset 0', '"+"'],
    ['1.', 'offset 1', '"."'],
    ['"a\nb"', 'offset 2', String.raw`"\n"`],
    [String.raw`"\x41"`, 'offset 1', String.raw`"\\"`],
    ['"abc', 'offset 4', 'the end of the text'],
    ['nul', 'offset 0', '"n"'],
    ['[1] 2', 'offset 4', '"2"'],
    ['\u00a01', 'offset 0', '\u00a0'],
  ])('refuses %s at %s', (text, at, found) => {
    expect(() => parseJson(text)).toThrow(`${at}: not strict JSON`);
    expect(() => parseJson(text)).toThrow(found);
  });

  it('ends a depth bomb with one error', () => {
    expect(() => parseJson('['.repeat(1_000_000))).toThrow(/at most 512 levels/);
    expect(() => parseJson('[[[]]]', { depth: 2 })).toThrow(/at most 2 levels/);
  });

  it('counts the bound in bytes, not in characters', () => {
    expect(parseJson('"aaaa"', { bytes: 6 })).toBe('aaaa');
    expect(() => parseJson('"éééé"', { bytes: 6 })).toThrow(/at most 6 bytes/);
  });

  it('agrees with JSON.parse wherever that text is strict', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), fc.constantFrom('', ' ', '\n\t'), (text, space) => {
        const native: unknown = JSON.parse(text);
        fc.pre(writable(native));
        expect(parseJson(space + text + space)).toEqual(canonicalCopy(native).value);
      }),
    );
  });
});

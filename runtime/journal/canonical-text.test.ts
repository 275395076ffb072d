import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import { canonicalCopy } from '#crds';
import { isCanonicalText } from './canonical-text.ts';

/** What it is held against: parse, write anew, compare. Null for what is no JSON at all. */
function writtenAnew(json: string): boolean | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  try {
    return canonicalCopy(value).text === json;
  } catch {
    return false;
  }
}

const strings = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.constantFrom('\u001f\n', '"\\', 'é\u2028', '🌊', '10', '9'),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    strings.filter((text) => text.isWellFormed()),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(null, true, false, 0, 1e15, 123456789012345, 9007199254740991, 1.5e-7, 1e21),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      strings.filter((text) => text.isWellFormed()),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value;

describe('isCanonicalText', () => {
  it('takes the canonical text of any value', () => {
    let taken = 0;
    fc.assert(
      fc.property(values, (value) => {
        const json = JSON.stringify(value);
        expect(isCanonicalText(json)).toBe(writtenAnew(json));
        if (isCanonicalText(json)) taken += 1;
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('says the same as writing anew of any text that is one change away', () => {
    const pieces = [
      ' ',
      '0',
      '-',
      '.',
      'e',
      '\\',
      '"',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      'u',
      'n',
      '\t',
      '\u007f',
      '\\u0041',
      '\\ud800',
      '\\/',
      '+',
      '1',
    ];
    let compared = 0;
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(2), fc.constantFrom(...pieces), (value, place, removed, piece) => {
        const json = JSON.stringify(value);
        const at = place % (json.length + 1);
        const changed = json.slice(0, at) + piece + json.slice(at + removed);
        const expected = writtenAnew(changed);
        if (expected === null) return;
        compared += 1;
        expect(isCanonicalText(changed), changed).toBe(expected);
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it.each([
    ['{"a":1,"b":2}', true],
    ['{"b":1,"a":2}', false],
    ['{"a":1,"a":1}', false],
    ['{"10":1,"9":2}', true],
    ['{"9":1,"10":2}', false],
    [String.raw`{"\n":1," ":2}`, true],
    [String.raw`{" ":1,"\n":2}`, false],
    [String.raw`"\u001f"`, true],
    [String.raw`"\u001F"`, false],
    [String.raw`"\u000a"`, false],
    [String.raw`"\ud800"`, false],
    [String.raw`"\\ud800"`, true],
    ['"\ud800"', false],
    ['9007199254740991', true],
    ['9007199254740993', false],
    ['1e21', false],
    ['1e400', false],
    ['-0', false],
    ['-0.5', true],
    ['0.50', false],
    ['1E-7', false],
    ['1e-7', true],
    [`${'['.repeat(512)}${']'.repeat(512)}`, true],
    [`${'['.repeat(513)}${']'.repeat(513)}`, false],
  ])('judges text %# as writing anew does', (json, expected) => {
    expect(isCanonicalText(json)).toBe(expected);
    expect(writtenAnew(json)).toBe(expected);
  });
});

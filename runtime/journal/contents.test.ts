import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, type JsonValue } from '#crds';
import { anyCharacter } from '../../test/fixtures/characters.ts';
import { partsOf, sharedBytes } from './contents.ts';

const values: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 12 }).filter((text) => text.isWellFormed()),
  fc.array(fc.constantFrom(-0, 1.5e-7, -1, '\u001f"\\\u2028', '🌊', null, true), { maxLength: 8 }),
);

/** A value of that many bytes of canonical JSON, whose keys come in another order. */
function valueOfBytes(inside: JsonValue, bytes: number): JsonValue {
  const filled = (text: string): JsonValue => ({ z: inside, a: text });
  return filled('x'.repeat(bytes - Buffer.byteLength(canonicalJson(filled('')))));
}

it('a value is to be shared exactly where its canonical text is longer than that, whatever is in it', () => {
  fc.assert(
    fc.property(values, (inside) => {
      expect([...partsOf(valueOfBytes(inside, sharedBytes))]).toEqual([]);
      const longer = valueOfBytes(inside, sharedBytes + 1);
      expect([...partsOf(longer)]).toMatchObject([{ at: [], as: 'value', value: longer }]);
    }),
    { numRuns: 60 },
  );
});

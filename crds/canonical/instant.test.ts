import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatInstant, parseInstant } from './instant.ts';

it('an instant has the same text whatever was asked for before', () => {
  const instants = fc.array(fc.constantFrom(0, 1, 999, 1_767_225_600_000, 1_767_225_600_001), { maxLength: 12 });
  fc.assert(
    fc.property(instants, (asked) => {
      for (const instant of asked) {
        expect(formatInstant(instant)).toBe(new Date(instant).toISOString());
        expect(parseInstant(formatInstant(instant))).toBe(instant);
      }
    }),
    { numRuns: 30 },
  );
});

it('what is no instant has no text', () => {
  expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
});

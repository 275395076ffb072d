import { describe, expect, it } from 'vitest';
import { formats } from './formats.ts';
import { kindInfos } from './kinds.ts';
import type { StructuralSchema } from './schema.ts';

function used(schema: StructuralSchema): readonly string[] {
  const { format, properties = {}, items, additionalProperties } = schema;
  const below = [...Object.values(properties), ...[items, additionalProperties].filter((one) => one !== undefined)];
  return [...(format === undefined ? [] : [format]), ...below.flatMap(used)];
}

describe('formats', () => {
  it('are judged here wherever a CRD uses one', () => {
    const names = new Set(kindInfos.flatMap(({ schema }) => used(schema)));
    expect([...names].toSorted()).toEqual(Object.keys(formats).toSorted());
  });

  it.each([
    ['2026-01-31T12:00:00Z', true],
    ['2026-01-31t12:00:00z', true],
    ['2026-01-31T12:00:00,5Z', true],
    ['2026-01-31T12:00:00+25:00', true],
    ['2026-01-31T12:00:60Z', false],
    ['2026-01-31 12:00:00Z', false],
    ['2026-13-31T12:00:00Z', false],
    ['yesterday', false],
  ])('take the time %s: %s', (text, good) => {
    expect(formats['date-time'].validate(text)).toBe(good);
  });

  it('hold a 32-bit number to 32 bits', () => {
    expect(formats.int32.validate(2 ** 31 - 1)).toBe(true);
    expect(formats.int32.validate(2 ** 31)).toBe(false);
    expect(formats.int32.validate(-(2 ** 31))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { kindInfos } from './kinds.ts';
import { describePattern, matches } from './pattern.ts';
import type { StructuralSchema } from './schema.ts';

function patterns(schema: StructuralSchema): readonly string[] {
  const { pattern, properties = {}, items, additionalProperties } = schema;
  const below = [...Object.values(properties), ...[items, additionalProperties].filter((one) => one !== undefined)];
  return [...(pattern === undefined ? [] : [pattern]), ...below.flatMap(patterns)];
}

describe('patterns', () => {
  const ofSpecs = kindInfos.flatMap(({ schema }) => patterns(schema.properties?.['spec'] ?? {}));

  it.each([...new Set(ofSpecs)])('say in words what %s is', (pattern) => {
    expect(describePattern(pattern)).not.toContain(pattern);
  });

  it('match anywhere, as RE2 does', () => {
    expect(matches('b+', 'abbbc')).toBe(true);
    expect(matches('^a.c$', 'a😀c')).toBe(true);
    expect(matches('(?i)ABC', 'xabcx')).toBe(true);
    expect(matches('^a$', 'a\n')).toBe(false);
    expect(matches('\\pL', 'é')).toBe(true);
  });

  it('take time in proportion to the text', () => {
    expect(matches('^(a+)+$', `${'a'.repeat(50_000)}b`)).toBe(false);
  });
});

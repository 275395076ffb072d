import { describe, expect, it } from 'vitest';
import { kindInfos } from './kinds.ts';
import { describePattern, matches } from './pattern.ts';
import type { StructuralSchema } from './schema.ts';

function patterns(schema: StructuralSchema): readonly string[] {
  const { pattern, properties = {}, items, additionalProperties } = schema;
  const below = [...Object.values(properties), ...[items, additionalProperties].filter((one) => one !== undefined)];
  return [...(pattern === undefined ? [] : [pattern]), ...below.flatMap(patterns)];
}

function withoutBound(schema: StructuralSchema, path: string): readonly string[] {
  const { pattern, maxLength = Number.POSITIVE_INFINITY, properties = {}, items, additionalProperties } = schema;
  const below = {
    ...properties,
    ...(items && { '[]': items }),
    ...(additionalProperties && { '{}': additionalProperties }),
  };
  const found = Object.entries(below).flatMap(([key, child]) => withoutBound(child, `${path}.${key}`));
  return pattern !== undefined && maxLength > 4_096 ? [path, ...found] : found;
}

describe('patterns', () => {
  const ofSpecs = kindInfos.flatMap(({ schema }) => patterns(schema.properties?.['spec'] ?? {}));

  it.each([...new Set(ofSpecs)])('say in words what %s is', (pattern) => {
    expect(describePattern(pattern)).not.toContain(pattern);
  });

  it('stand beside a bound on the length, which judges texts too long to match', () => {
    const unbounded = kindInfos.flatMap(({ kind, schema }) => withoutBound(schema, kind));
    expect(unbounded).toEqual([]);
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

import { describe, expect, it } from 'vitest';
import { kinds } from '../generated/resources.ts';
import { kindInfos, kindNamed } from './kinds.ts';
import type { StructuralSchema } from './schema.ts';

function unboundedLists(
  { type, maxItems = Infinity, properties = {}, items }: StructuralSchema,
  path: string,
): readonly string[] {
  const below = Object.entries({ ...properties, ...(items && { '[]': items }) });
  const found = below.flatMap(([key, child]) => unboundedLists(child, `${path}.${key}`));
  return type === 'array' && maxItems > 1_000 ? [path, ...found] : found;
}

describe('kinds', () => {
  it('are embedded, all of them', () => {
    expect(kindInfos.map(({ kind }) => kind)).toEqual([...kinds]);
  });

  it('are found by every name that kubectl takes, in any case', () => {
    for (const info of kindInfos) {
      const names = [info.kind, info.plural, info.singular, ...info.shortNames, info.kind.toUpperCase()];
      for (const name of names) expect(kindNamed(name)).toBe(info);
    }
    expect(kindNamed('pods')).toBeUndefined();
  });

  it('bound every list, so that what lies beyond need not be judged', () => {
    expect(kindInfos.flatMap(({ kind, schema }) => unboundedLists(schema, kind))).toEqual([]);
  });

  it('have short names of two to four letters that no other kind has', () => {
    const short = kindInfos.flatMap(({ shortNames }) => shortNames);
    expect(new Set(short).size).toBe(short.length);
    for (const name of short) expect(name).toMatch(/^[a-z]{2,4}$/);
  });
});

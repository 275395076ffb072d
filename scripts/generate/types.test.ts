import { describe, expect, it } from 'vitest';
import type { StructuralSchema } from '../../crds/validate/schema.ts';
import { typesOf } from './types.ts';

function generated(properties: StructuralSchema['properties'], required: readonly string[] = []): string {
  const spec: StructuralSchema = { type: 'object', required, properties: properties ?? {} };
  const status: StructuralSchema = { type: 'object', properties: {} };
  return typesOf([{ kind: 'Song', apiVersion: 'test/v1', schema: { type: 'object', properties: { spec, status } } }]);
}

describe('typesOf', () => {
  it('requires what is required or has a default, and leaves the rest optional', () => {
    const text = generated({ a: { type: 'string' }, b: { type: 'string' }, c: { type: 'boolean', default: true } }, [
      'a',
    ]);
    expect(text).toContain('  readonly a: string;\n  readonly b?: string;\n  readonly c: boolean;\n');
  });

  it('names what is nested after the kind and the field, and lists after one of their entries', () => {
    const text = generated({
      verses: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
    });
    expect(text).toContain('readonly verses?: readonly SongVerse[];');
    expect(text).toContain('export type SongVerse = {');
  });

  it('makes a choice a union, and an object of any fields a JsonObject', () => {
    const free: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const text = generated({ key: { type: 'string', enum: ['c', 'd'] }, free });
    expect(text).toContain("export type SongKey = 'c' | 'd';");
    expect(text).toContain('readonly free?: JsonObject;');
  });

  it('cannot be made to end a comment early', () => {
    expect(generated({ a: { type: 'string', description: 'x */ evil()' } })).toContain('/** x * / evil() */');
  });

  it('refuses one name for two shapes', () => {
    const part = (type: string): StructuralSchema => ({
      type: 'object',
      properties: { part: { type: 'object', properties: { x: { type } } } },
    });
    expect(() => generated({ a: part('string'), b: part('integer') })).toThrow('both want the name SongPart');
  });
});

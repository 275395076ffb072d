import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '#crds';
import { filesNamed } from './files-named.ts';

const file = { type: 'string', format: 'orket-file' };

describe('the files of an input', () => {
  it.each<[string, JsonObject, JsonValue, readonly string[]]>([
    ['the input itself', file, 'a.md', ['a.md']],
    ['a property', { properties: { path: file } }, { path: 'a.md', text: 'b.md' }, ['a.md']],
    ['items', { items: file }, ['a.md', 'b.md'], ['a.md', 'b.md']],
    ['a reference', { $defs: { file }, properties: { path: { $ref: '#/$defs/file' } } }, { path: 'a.md' }, ['a.md']],
    [
      'an anchor',
      { $defs: { file: { ...file, $anchor: 'file' } }, properties: { path: { $ref: '#file' } } },
      { path: 'a.md' },
      ['a.md'],
    ],
    [
      'a reference to a reference',
      { $defs: { file, same: { $ref: '#/$defs/file' } }, items: { $ref: '#/$defs/same' } },
      ['a.md'],
      ['a.md'],
    ],
    [
      'references in a circle',
      { properties: { path: file, next: { $ref: '#' } } },
      { path: 'a.md', next: { path: 'b.md', next: { path: 'c.md' } } },
      ['a.md', 'b.md', 'c.md'],
    ],
    ['a reference to itself', { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }, 'a.md', []],
    [
      'other properties',
      { properties: { text: {} }, additionalProperties: file },
      { text: 'x', path: 'a.md' },
      ['a.md'],
    ],
    ['properties by their names', { patternProperties: { '^file': file } }, { file1: 'a.md' }, ['a.md']],
    ['what is not evaluated', { unevaluatedProperties: file }, { path: 'a.md' }, ['a.md']],
    ['names of properties', { propertyNames: file }, { 'a.md': 1 }, ['a.md']],
    ['one of several', { anyOf: [{ properties: { path: file } }, { type: 'object' }] }, { path: 'a.md' }, ['a.md']],
    ['exactly one of several', { properties: { path: { oneOf: [{ type: 'null' }, file] } } }, { path: 'a' }, ['a']],
    ['all of several', { allOf: [{ properties: { path: file } }, {}] }, { path: 'a.md' }, ['a.md']],
    ['what a condition brings', { if: false, else: { items: file } }, ['a.md'], ['a.md']],
    [
      'what a property brings',
      { dependentSchemas: { path: { properties: { path: file } } } },
      { path: 'a.md' },
      ['a.md'],
    ],
    ['the first items', { prefixItems: [{}, file], items: {} }, ['x', 'a.md', 'y'], ['a.md']],
    ['the rest of the items', { prefixItems: [{}], items: file }, ['x', 'a.md'], ['a.md']],
    ['what a list contains', { contains: file }, ['a.md'], ['a.md']],
    ['nothing', { properties: { path: { type: 'string' } } }, { path: 'a.md' }, []],
  ])('are found in %s', (_where, schema, input, files) => {
    expect(filesNamed(schema, input)).toEqual(files);
  });

  it('are found in time in proportion to the input, however often branches lead to the same', () => {
    const twice = (name: string): JsonObject => ({ anyOf: [{ $ref: name }, { $ref: name }] });
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`d${index}`, index === 39 ? file : twice(`#/$defs/d${index + 1}`)]),
    );
    expect(filesNamed({ $defs, items: { $ref: '#/$defs/d0' } }, ['a.md', 'b.md'])).toEqual(['a.md', 'b.md']);
  });
});

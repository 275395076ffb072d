import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../canonical/json.ts';
import { settle } from './defaults.ts';
import type { StructuralSchema } from './schema.ts';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    size: { type: 'integer', default: 3 },
    nested: { type: 'object', default: {}, properties: { deep: { type: 'boolean', default: true } } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    items: { type: 'array', items: { type: 'object', properties: { kind: { type: 'string', default: 'a' } } } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

describe('settle', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['fills in defaults, and the defaults inside of defaults', {}, { size: 3, nested: { deep: true } }],
    ['puts a default in place of null', { size: null, nested: {} }, { size: 3, nested: { deep: true } }],
    [
      'drops null where there is no default',
      { name: null, size: 1, nested: null },
      { size: 1, nested: { deep: true } },
    ],
    [
      'drops null values of maps',
      { size: 1, nested: {}, labels: { a: null, b: 'c' } },
      { size: 1, nested: { deep: true }, labels: { b: 'c' } },
    ],
    [
      'keeps null in lists',
      { size: 1, nested: {}, items: [null, {}] },
      { size: 1, nested: { deep: true }, items: [null, { kind: 'a' }] },
    ],
    [
      'keeps null in free-form objects',
      { size: 1, nested: {}, free: { a: null } },
      { size: 1, nested: { deep: true }, free: { a: null } },
    ],
    ['leaves a value of the wrong type alone', { size: 'x', nested: [] }, { size: 'x', nested: [] }],
    ['leaves what is no object alone', 7, 7],
  ])('%s', (_, value, expected) => {
    expect(settle(value, schema)).toEqual(expected);
  });

  it('keeps a key that would be a prototype', () => {
    const value = JSON.parse('{"labels": {"__proto__": "x"}}') as JsonValue;
    expect(JSON.stringify(settle(value, schema))).toContain('"__proto__":"x"');
  });

  it('does all it does the first time', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(schema.properties ?? {})), fc.jsonValue()), (value) => {
        const once = settle(value as JsonValue, schema);
        expect(settle(once, schema)).toEqual(once);
      }),
    );
  });
});

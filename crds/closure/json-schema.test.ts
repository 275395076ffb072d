import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import { schemaFaults, valueFaults } from './json-schema.ts';

function messages(schema: JsonObject): readonly string[] {
  return schemaFaults(schema).map(({ message }) => message);
}

const node: JsonObject = {
  $defs: {
    node: {
      type: 'object',
      properties: { left: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] }, right: { $ref: '#/$defs/node' } },
    },
  },
  $ref: '#/$defs/node',
};

/** Each definition refers twice to the next: small to write, 2^levels to check. */
function doubling(levels: number): JsonObject {
  const $defs: Record<string, JsonValue> = { d0: { type: 'string' } };
  for (let level = 1; level <= levels; level += 1) {
    const next = { $ref: `#/$defs/d${level - 1}` };
    $defs[`d${level}`] = { allOf: [next, next] };
  }
  return { $defs, $ref: `#/$defs/d${levels}` };
}

describe('schemaFaults', () => {
  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['references to definitions', { $defs: { a: { type: 'string' } }, properties: { x: { $ref: '#/$defs/a' } } }],
    ['references to anchors', { $defs: { a: { $anchor: 'here', type: 'string' } }, items: { $ref: '#here' } }],
    ['a tree', node],
    ['a list of itself', { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } } }],
    ['its own version', { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'string' }],
    [
      'properties named as keywords',
      { properties: { $ref: { type: 'string' }, pattern: { type: 'string' }, $async: {} } },
    ],
    ['values that look like schemas', { const: { $ref: 'https://example.org' }, examples: [{ pattern: '(' }] }],
    [
      "formats, annotations and words of one's own",
      { format: 'orket-file', title: 'x', 'x-mine': 1, deprecated: true },
    ],
    ['a modest number of definitions', doubling(8)],
    ['a name of its own', { $id: 'https://example.org/a', $defs: { b: {} }, $ref: '#/$defs/b' }],
    [
      'data named as almost a keyword',
      { dependentRequired: { tpye: ['a'] }, properties: { tpye: {} }, default: { requried: 1 } },
    ],
  ])('takes %s', (_name, schema) => {
    expect(schemaFaults(schema)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['definitions that multiply', doubling(30), 'the schema multiplies'],
    ['itself in place', { anyOf: [{ $ref: '#' }, { type: 'string' }] }, 'the schema contains itself'],
    [
      'itself twice at one property',
      { allOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }] },
      'the schema contains itself more than once at one place',
    ],
    [
      'itself by name and by pattern',
      { properties: { a: { $ref: '#' } }, patternProperties: { a: { $ref: '#' } } },
      'the schema contains itself more than once at one place',
    ],
    [
      'itself as item and as anything contained',
      { items: { $ref: '#' }, contains: { $ref: '#' } },
      'the schema contains itself more than once at one place',
    ],
    [
      'itself by name and as any other property of a second look',
      { properties: { a: { $ref: '#' } }, allOf: [{ additionalProperties: { $ref: '#' } }] },
      'the schema contains itself more than once at one place',
    ],
    ['a misspelt keyword', { type: 'object', requried: ['a'] }, 'this is no keyword of JSON Schema 2020-12'],
    ['a keyword of OpenAPI', { nullable: true }, 'this is no keyword of JSON Schema 2020-12'],
    ['a reference that depends on the way to it', { $dynamicRef: '#a' }, 'a reference must lead to one place'],
    ['a named schema within', { items: { $id: 'b' } }, 'a schema within a schema has no name of its own'],
  ])('refuses a schema with %s', (_name, schema, message) => {
    const start = performance.now();
    expect(messages(schema)).toEqual([message]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('takes itself by name and as every other property, which never meet', () => {
    expect(schemaFaults({ properties: { a: { $ref: '#' } }, additionalProperties: { $ref: '#' } })).toEqual([]);
  });

  it('collects what is wrong, one fault for each place', () => {
    const faults = schemaFaults({ type: 'strnig', properties: { a: { minimum: 'x', required: 'b' } } });
    expect(faults.map(({ path }) => path).toSorted()).toEqual([
      'properties.a.minimum',
      'properties.a.required',
      'type',
    ]);
  });
});

describe('a type that there is not', () => {
  it.each([
    ['strnig', 'Did you mean "string"?'],
    ['Object', 'Did you mean "object"?'],
    ['int', 'Did you mean "integer"?'],
    ['list', 'Did you mean "array"?'],
    ['constructor', 'Write one of them.'],
  ])('%s: %s', (type, remedy) => {
    const faults = schemaFaults({ properties: { type: { type: ['null', type] }, a: { items: { type } } } });
    expect(faults).toMatchObject([
      { path: 'properties.type.type[1]', message: 'there is no such type', found: `"${type}"`, remedy },
      { path: 'properties.a.items.type', expected: expect.stringContaining('one of array, boolean'), remedy },
    ]);
  });
});

describe('valueFaults', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: {
      word: { pattern: '^[a-z]+$' },
      other: { pattern: '^b$' },
      list: { type: 'array', items: { type: 'integer' }, maxItems: 3 },
      one: { enum: ['a', 'b'] },
    },
    required: ['word'],
    additionalProperties: false,
  };

  it.each<[string, JsonValue, string, string]>([
    ['a missing property', {}, 'word', 'a value for word'],
    ['one too much', { word: 'a', more: 1 }, 'more', 'no such property'],
    ['the wrong type', { word: 'a', list: [1, 'x'] }, 'list[1]', 'integer'],
    ['a text of the wrong form', { word: 'A' }, 'word', '^[a-z]+$'],
    ['another text of the wrong form', { word: 'a', other: 'c' }, 'other', '^b$'],
    ['none of the choices', { word: 'a', one: 'c' }, 'one', 'one of a, b'],
    ['too many items', { word: 'a', list: [1, 2, 3, 4] }, 'list', 'must NOT have more than 3 items'],
  ])('names %s', (_name, value, path, expected) => {
    expect(valueFaults(schema, value)).toMatchObject([{ path, expected: expect.stringContaining(expected) }]);
  });

  it('checks a hostile text against a pattern in linear time', () => {
    const start = performance.now();
    expect(valueFaults({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('follows schemas that contain themselves', () => {
    expect(valueFaults(node, { left: { right: {} }, right: { left: 5 } })).toMatchObject([{ path: 'right.left' }]);
  });
});

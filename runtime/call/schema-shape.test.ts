import { expect, it } from 'vitest';
import type { JsonObject } from '#crds';
import { schemaShape } from './schema-shape.ts';

const closed = { type: 'object', additionalProperties: false };

it.each<[string, JsonObject, JsonObject]>([
  ['words for people', { ...closed, title: 'A', description: 'B' }, closed],
  ['names in another order', { required: ['b', 'a'] }, { required: ['a', 'b'] }],
  ['no properties and nothing required', { ...closed, properties: {}, required: [] }, closed],
  ['empty definitions', { ...closed, $defs: {}, patternProperties: {}, dependentSchemas: {} }, closed],
  ['the same at any depth', { items: { ...closed, properties: {} } }, { items: closed }],
])('schemas that differ in %s are equal', (_what, one, other) => {
  expect(schemaShape(one)).toEqual(schemaShape(other));
});

it.each<[string, JsonObject, JsonObject]>([
  ['a property', { properties: { a: {} } }, { properties: {} }],
  ['a property with such a name', { properties: { required: {}, properties: {} } }, { properties: { required: {} } }],
  ['a constant that looks like one', { const: { properties: {} } }, { const: {} }],
  ['what is required', { required: ['a'] }, { required: [] }],
])('schemas that differ in %s are not', (_what, one, other) => {
  expect(schemaShape(one)).not.toEqual(schemaShape(other));
});

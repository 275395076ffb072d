import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '#crds';
import type { ToolDefinition } from '../provider.ts';
import type { GrammarSchema } from './module.ts';

/** Deeper schemas end in "any JSON": a grammar cannot follow a schema that refers to itself for ever. */
const deepest = 16;
const anyJson: GrammarSchema = {
  oneOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'null' },
    { type: 'array' },
    { type: 'object', additionalProperties: true },
  ],
};
const scalars = ['string', 'number', 'integer', 'boolean', 'null'];

/**
 * A JSON Schema in the words the grammar generator knows. Keywords it lacks (pattern, minimum, if, not) are left out: the
 * harness validates the answer in any case. The generator makes a model write every property it is told of, so of an
 * object with `required` only those are; of one without, all.
 */
export function toGrammarSchema(schema: JsonValue, root: JsonValue = schema, depth = 0): GrammarSchema {
  if (!isJsonObject(schema) || depth > deepest) return anyJson;
  const again = (value: JsonValue): GrammarSchema => toGrammarSchema(value, root, depth + 1);
  const { $ref: ref, const: constant, enum: options, type } = schema;
  if (typeof ref === 'string') return again(resolve(ref, root));
  if (constant !== undefined) return isScalar(constant) ? { const: constant } : anyJson;
  if (isJsonArray(options)) return options.length > 0 && options.every(isScalar) ? { enum: options } : anyJson;
  const choices = schema['oneOf'] ?? schema['anyOf'];
  if (isJsonArray(choices) && choices.length > 0) return { oneOf: choices.map(again) };
  if (isJsonArray(type)) return { oneOf: type.map((each) => again({ ...schema, type: each })) };
  if (type === 'object' || (type === undefined && isJsonObject(schema['properties'])))
    return objectSchema(schema, again);
  if (type === 'array') return arraySchema(schema, again);
  if (type === 'string') return { type, ...counts(schema, 'minLength', 'maxLength') };
  return typeof type === 'string' && scalars.includes(type) ? { type } : anyJson;
}

function objectSchema(schema: JsonObject, again: (value: JsonValue) => GrammarSchema): GrammarSchema {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = isJsonArray(schema['required']) ? schema['required'] : [];
  const names = Object.keys(properties).filter((name) => required.length === 0 || required.includes(name));
  const open = Object.keys(properties).length === 0 && schema['additionalProperties'] !== false;
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, again(properties[name] ?? true)])),
    ...(open ? { additionalProperties: true } : {}),
  };
}

function arraySchema(schema: JsonObject, again: (value: JsonValue) => GrammarSchema): GrammarSchema {
  const { items } = schema;
  return {
    type: 'array',
    ...(items === undefined ? {} : { items: again(items) }),
    ...counts(schema, 'minItems', 'maxItems'),
  };
}

/** A grammar repeats a rule that often, so large bounds would make it huge: those are left to validation. */
function counts(schema: JsonObject, ...names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) {
    const value = schema[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 256) found[name] = value;
  }
  return found;
}

function isScalar(value: JsonValue): boolean {
  return value === null || typeof value !== 'object';
}

function resolve(ref: string, root: JsonValue): JsonValue {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1];
  if (name === undefined || !isJsonObject(root)) return true;
  const definitions = root['$defs'] ?? root['definitions'];
  return isJsonObject(definitions) && Object.hasOwn(definitions, name) ? (definitions[name] ?? true) : true;
}

/** With tools every answer is one object: `{tool, arguments}` for a call, `{answer}` for the end. */
export function callOrAnswerSchema(tools: readonly ToolDefinition[], outputSchema: JsonObject | null): GrammarSchema {
  const calls = tools.map(({ name, inputSchema }) => ({
    type: 'object',
    properties: { tool: { const: name }, arguments: toGrammarSchema({ type: 'object', ...inputSchema }) },
  }));
  const answer = outputSchema === null ? { type: 'string' } : toGrammarSchema(outputSchema);
  return { oneOf: [{ type: 'object', properties: { answer } }, ...calls] };
}

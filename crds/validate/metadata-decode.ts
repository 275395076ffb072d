import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { shown, under, type Finding } from './finding.ts';
import { formats } from './formats.ts';
import { metadataSchema } from './metadata-schema.ts';
import { isFreeForm, schemaUnder, type StructuralSchema } from './schema.ts';

/** Finds values that do not decode into ObjectMeta. Null decodes into anything. These hide every other problem. */
export function undecodable(metadata: JsonValue | undefined): readonly Finding[] {
  return metadata === undefined ? [] : walk(metadata, metadataSchema, 'metadata');
}

function walk(value: JsonValue, schema: StructuralSchema, path: string): readonly Finding[] {
  if (value === null || isFreeForm(schema)) return [];
  if (!fits(value, schema)) return [wrong(value, schema, path)];
  if (isJsonArray(value)) {
    const { items = {} } = schema;
    return value.flatMap((item, index) => walk(item, items, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const below = schemaUnder(schema, key);
    return below === undefined ? [] : walk(child, below, under(path, key));
  });
}

function fits(value: JsonValue, { type, format }: StructuralSchema): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' && (format === undefined || formats['date-time'].validate(value));
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return isJsonArray(value);
    default:
      return isJsonObject(value);
  }
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function wrong(value: JsonValue, { type = 'object', format }: StructuralSchema, path: string): Finding {
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  return {
    stage: 'decode',
    reason: 'WrongType',
    path,
    message: 'the value has the wrong type',
    expected: format === undefined ? (words[type] ?? 'another type') : 'a time such as 2026-01-31T12:00:00Z',
    found: shown(value),
    remedy: type === 'string' && scalar ? `Put it in quotes: "${value}".` : 'Write the value in that type.',
  };
}

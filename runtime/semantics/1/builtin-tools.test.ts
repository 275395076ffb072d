import { isJsonArray, isJsonObject, type JsonValue } from '#crds';
import { builtinSchemas } from '../../../crds/closure/builtin-schemas.ts';
import { expect, it } from 'vitest';
import { builtinDefinitions } from './builtin-tools.ts';

/** Without the words for models. Of a property that is called so the description is a schema. */
function withoutWords(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(withoutWords);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key, member]) => key !== 'description' || typeof member !== 'string');
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutWords(member)]));
}

it('built-in tools take and give what manifests are checked against', () => {
  const schemas = Object.entries(builtinDefinitions).map(([name, { inputSchema, outputSchema }]) => {
    return [name, { input: withoutWords(inputSchema), output: withoutWords(outputSchema) }];
  });
  expect(Object.fromEntries(schemas)).toEqual(builtinSchemas);
});

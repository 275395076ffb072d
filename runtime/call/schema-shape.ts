import { isJsonObject, type JsonValue } from '#crds';

/** Keywords of a schema that check nothing. */
const notes: ReadonlySet<string> = new Set(['title', 'description', '$schema', '$comment', 'examples', 'default']);
/** Keywords whose members are schemas by name. */
const named: ReadonlySet<string> = new Set(['properties', '$defs', 'patternProperties', 'dependentSchemas']);
/** Keywords whose value is no schema. */
const values: ReadonlySet<string> = new Set(['const', 'enum']);

/** A schema without what is said for people: two that let the same through for the same reasons are equal. */
export function schemaShape(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(schemaShape);
  if (!isJsonObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword, value]) => !notes.has(keyword) && !isEmpty(keyword, value));
  return Object.fromEntries(
    kept.map(([keyword, value]): [string, JsonValue] => {
      if (keyword === 'required' && Array.isArray(value)) return [keyword, value.map(String).toSorted()];
      if (values.has(keyword)) return [keyword, value];
      if (!named.has(keyword) || !isJsonObject(value)) return [keyword, schemaShape(value)];
      const members = Object.entries(value);
      return [keyword, Object.fromEntries(members.map(([name, inner]) => [name, schemaShape(inner)]))];
    }),
  );
}

/** Names nothing, and so checks nothing. */
function isEmpty(keyword: string, value: JsonValue): boolean {
  if (keyword === 'required') return Array.isArray(value) && value.length === 0;
  return named.has(keyword) && isJsonObject(value) && Object.keys(value).length === 0;
}

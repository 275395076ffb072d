import { isJsonArray, isJsonObject, schemaAt, type JsonObject, type JsonValue } from '#crds';

/**
 * Texts of an input that its schema calls files (`format: orket-file`), wherever they are. Where a schema has branches, what
 * any of them calls a file counts: whichever of them the input meets, the file that it names is among these.
 */
export function filesNamed(schema: JsonValue, input: JsonValue): readonly string[] {
  const files = new Set<string>();
  const look = (schemas: readonly JsonValue[], value: JsonValue): void => {
    const all = together(schemas, schema);
    if (all.length === 0) return;
    if (typeof value === 'string' && all.some(({ format }) => format === 'orket-file')) files.add(value);
    if (isJsonArray(value))
      value.forEach((item, index) =>
        look(
          all.flatMap((one) => ofItem(one, index)),
          item,
        ),
      );
    if (!isJsonObject(value)) return;
    for (const [name, member] of Object.entries(value)) {
      look(
        all.flatMap((one) => ofMember(one, name)),
        member,
      );
      look(
        all.flatMap((one) => schemasAt(one, 'propertyNames')),
        name,
      );
    }
  };
  look([schema], input);
  return [...files];
}

/** Schemas with all that look at the same value because of them, each once, so that references in a circle end. */
function together(schemas: readonly JsonValue[], root: JsonValue): readonly JsonObject[] {
  const found = new Set<JsonObject>();
  const add = (schema: JsonValue): void => {
    if (!isJsonObject(schema) || found.has(schema)) return;
    found.add(schema);
    for (const keyword of inPlace) schemasAt(schema, keyword).forEach(add);
    membersOf(schema['dependentSchemas']).forEach(add);
    const reference = schema['$ref'];
    if (typeof reference === 'string' && isJsonObject(root)) add(schemaAt(root, reference) ?? true);
  };
  schemas.forEach(add);
  return [...found];
}

const inPlace = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'];

function ofItem(schema: JsonObject, index: number): readonly JsonValue[] {
  const own = schemasAt(schema, 'prefixItems').slice(index, index + 1);
  const rest = own.length === 0 ? schemasAt(schema, 'items') : [];
  return [...own, ...rest, ...schemasAt(schema, 'contains'), ...schemasAt(schema, 'unevaluatedItems')];
}

/** Which names a pattern takes is not asked: what it may call a file counts as one. */
function ofMember(schema: JsonObject, name: string): readonly JsonValue[] {
  const { properties, patternProperties } = schema;
  const own = isJsonObject(properties) && Object.hasOwn(properties, name) ? [properties[name] ?? true] : [];
  const rest = own.length === 0 ? schemasAt(schema, 'additionalProperties') : [];
  return [...own, ...rest, ...membersOf(patternProperties), ...schemasAt(schema, 'unevaluatedProperties')];
}

function schemasAt(schema: JsonObject, keyword: string): readonly JsonValue[] {
  const value = schema[keyword];
  if (value === undefined) return [];
  return isJsonArray(value) ? value : [value];
}

function membersOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonObject(value) ? Object.values(value) : [];
}

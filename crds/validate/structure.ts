import { Ajv, type ErrorObject, type SchemaObject, type ValidateFunction } from 'ajv';
import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import { kindInfo } from './kinds.ts';
import { under, type Finding } from './finding.ts';
import { formats } from './formats.ts';
import { matches } from './pattern.ts';
import { isFreeForm, schemaUnder, type StructuralSchema } from './schema.ts';
import { findingOf } from './structure-finding.ts';
import type { Kind } from '../generated/resources.ts';

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  ownProperties: true,
  messages: false,
  verbose: false,
  formats,
  // The schemas are those of the release. To judge and to polish what is made of them takes longer than all it is used for.
  meta: false,
  validateSchema: false,
  code: { optimize: false, regExp: Object.assign((pattern: string) => re2(pattern), { code: 're2' }) },
});
const compiled = new Map<Kind, ValidateFunction>();

/** Finds values of the wrong type, size, form or choice, and required fields that are missing. */
export function structureFindings(value: JsonValue, kind: Kind): readonly Finding[] {
  const schema = kindInfo(kind)?.schema ?? {};
  let validate = compiled.get(kind);
  if (validate === undefined) {
    validate = ajv.compile(ajvSchema(schema));
    compiled.set(kind, validate);
  }
  if (validate(withoutTails(value, schema))) return [];
  const findings = (validate.errors ?? []).map((error) => findingAt(error, value, schema));
  const wrongType = new Set(findings.filter(({ reason }) => reason === 'WrongType').map(({ path }) => path));
  return findings.filter(({ path, reason }) => reason === 'WrongType' || !wrongType.has(path));
}

/** A list this long breaks every bound by far; its first entries tell enough. */
const MAX_JUDGED_ITEMS = 1_000;

function withoutTails(value: JsonValue, schema: StructuralSchema): JsonValue {
  if (isJsonArray(value)) {
    const { items } = schema;
    const judged = value.length > MAX_JUDGED_ITEMS ? value.slice(0, MAX_JUDGED_ITEMS) : value;
    return items === undefined ? judged : judged.map((item) => withoutTails(item, items));
  }
  if (!isJsonObject(value) || schema.properties === undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withoutTails(child, schemaUnder(schema, key) ?? {})]),
  );
}

/** Texts beyond this break the `maxLength` that stands beside every pattern, which says enough. */
const MAX_MATCHED_LENGTH = 4_096;

/** ajv tells patterns apart by their text form. */
function re2(pattern: string): { test(text: string): boolean; toString(): string } {
  const test = (text: string): boolean => text.length > MAX_MATCHED_LENGTH || matches(pattern, text);
  return { test, toString: () => pattern };
}

/** The same schema in the words of ajv: only what it can judge, and int-or-string as two types. */
function ajvSchema(schema: StructuralSchema): SchemaObject {
  const { properties, additionalProperties, items, default: _default, description: _description, ...rest } = schema;
  const own: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-')),
  );
  if (schema['x-kubernetes-int-or-string'] === true) own['type'] = ['integer', 'string'];
  if (isFreeForm(schema)) return own;
  if (items !== undefined) own['items'] = ajvSchema(items);
  if (additionalProperties !== undefined) own['additionalProperties'] = ajvSchema(additionalProperties);
  if (properties !== undefined) {
    own['properties'] = Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, ajvSchema(child)]));
  }
  return own;
}

/** Follows the JSON pointer of an error to its value, its schema and its path in the words of the API server. */
function findingAt(error: ErrorObject, root: JsonValue, rootSchema: StructuralSchema): Finding {
  let path = '';
  let value: JsonValue | undefined = root;
  let schema: StructuralSchema | undefined = rootSchema;
  for (const token of error.instancePath.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonArray(value)) {
      [path, value, schema] = [`${path}[${key}]`, value[Number(key)], schema?.items];
    } else {
      [path, value] = [under(path, key), isJsonObject(value) ? value[key] : undefined];
      schema = schemaUnder(schema, key);
    }
  }
  return findingOf(error, path, value, schema ?? {});
}

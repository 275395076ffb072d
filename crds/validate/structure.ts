import type { ErrorObject } from 'ajv';
import { isJsonArray, isJsonObject, type JsonValue } from '../canonical/value.ts';
import type { Kind } from '../generated/resources.ts';
import { kindInfo } from './kinds.ts';
import { under, type Finding } from './finding.ts';
import { schemaUnder, type StructuralSchema } from './schema.ts';
import { structureCheck } from './structure-check.ts';
import { findingOf } from './structure-finding.ts';

/** Finds values of the wrong type, size, form or choice, and required fields that are missing. */
export function structureFindings(value: JsonValue, kind: Kind): readonly Finding[] {
  const schema = kindInfo(kind)?.schema ?? {};
  const validate = structureCheck(kind);
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

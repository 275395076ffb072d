import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { Resource } from '../generated/resources.ts';
import { under } from '../validate/finding.ts';
import { schemaFaults, valueFaults } from './json-schema.ts';
import type { Report } from './report.ts';

/**
 * Checks the input of a step against the schema of what it calls, as far as that is known before a run: what
 * expressions will give is not.
 */
export function checkLiteralInput(
  resource: Resource,
  path: string,
  input: JsonObject,
  { schema, of }: { readonly schema: JsonObject | undefined; readonly of: string },
  report: Report,
): void {
  if (schema === undefined || schemaFaults(schema).length > 0) return;
  const computed = computedPlaces(input, '');
  if (computed.length > 0 && weighs(schema)) return;
  for (const { path: within, message, expected, found } of valueFaults(schema, input)) {
    const isAbsent = found === 'nothing';
    const depends = computed.some((place) => isAt(place, within) || (!isAbsent && isAt(within, place)));
    if (depends) continue;
    report.add(resource, within === '' ? path : under(path, within), {
      reason: 'InvalidInput',
      message,
      expected,
      found,
      remedy: `The input schema of ${of} says what it takes.`,
    });
  }
}

/** Paths of all texts that hold an expression. */
function computedPlaces(value: JsonValue, path: string): readonly string[] {
  if (typeof value === 'string') return value.includes('${{') ? [path] : [];
  if (isJsonArray(value)) return value.flatMap((item, index) => computedPlaces(item, `${path}[${index}]`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => computedPlaces(member, path === '' ? key : `${path}.${key}`));
}

/** Whether `inner` is `outer` or something within it. */
function isAt(outer: string, inner: string): boolean {
  return outer === inner || outer === '' || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

const weighing = ['anyOf', 'oneOf', 'not', 'if', 'contains', '$ref', 'dependentSchemas', 'unevaluatedProperties'];

/** Whether what one part of a value is worth may depend on another, so that one unknown leaves all unknown. */
function weighs(schema: JsonValue): boolean {
  if (isJsonArray(schema)) return schema.some(weighs);
  if (!isJsonObject(schema)) return false;
  return Object.entries(schema).some(([keyword, value]) => weighing.includes(keyword) || weighs(value));
}

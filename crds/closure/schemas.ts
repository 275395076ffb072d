import type { JsonObject } from '../canonical/json.ts';
import type { Resource } from '../generated/resources.ts';
import { checkFreeForm } from './free-form.ts';
import { schemaFaults } from './json-schema.ts';
import type { Report } from './report.ts';

/** Checks a JSON Schema that a person gives. Says whether values can be checked against it. */
export function checkSchema(resource: Resource, path: string, schema: JsonObject | undefined, report: Report): boolean {
  if (schema === undefined) return false;
  if (!checkFreeForm(resource, path, schema, 'schema', report)) return false;
  const faults = schemaFaults(schema);
  for (const { path: within, remedy = 'Correct it as JSON Schema 2020-12 has it.', ...fault } of faults) {
    const at = within === '' ? path : `${path}.${within}`;
    report.add(resource, at, { reason: 'InvalidSchema', ...fault, remedy });
  }
  return faults.length === 0;
}

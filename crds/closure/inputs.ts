import { setOwn, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { OrketError } from '../errors.ts';
import type { Flow } from '../generated/resources.ts';
import { checkFreeForm } from './free-form.ts';
import { valueFaults } from './json-schema.ts';
import { Report } from './report.ts';

/** Lays inputs over those of a Flow, key by key at the top level. */
export function overlay(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = {};
  for (const [key, value] of [...Object.entries(under), ...Object.entries(over)]) setOwn(merged, key, value);
  return merged;
}

/**
 * The inputs of a run: the Flow's, overlaid by the Session's, then checked against the Flow's schema. The Flow is one of
 * a closure without problems. Throws `InvalidInput` that names the first fault.
 */
export function mergeInputs(flow: Flow, inputs: JsonObject = {}): JsonObject {
  const merged = overlay(flow.spec.inputs ?? {}, inputs);
  const report = new Report();
  checkFreeForm(flow, 'inputs', merged, 'value', report);
  const [problem] = report.problems;
  if (problem !== undefined) {
    const { path: at, message, expected, found, remedy } = problem;
    throw new OrketError('InvalidInput', message, { at, expected, found, remedy });
  }
  return fitting(merged, flow.spec.inputSchema);
}

/** Inputs that fit the schema of a Flow. Throws `InvalidInput` that names the first fault. */
export function fitting(inputs: JsonObject, schema: JsonObject | undefined): JsonObject {
  const [fault, ...more] = schema === undefined ? [] : valueFaults(schema, inputs);
  if (fault === undefined) return inputs;
  const { path, message, expected, found } = fault;
  throw new OrketError('InvalidInput', message, {
    at: path === '' ? 'inputs' : `inputs.${path}`,
    expected,
    found,
    remedy: `${more.length === 0 ? '' : `There are ${more.length} more. `}The Flow says in spec.inputSchema what it takes.`,
  });
}

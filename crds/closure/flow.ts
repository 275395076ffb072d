import type { Flow } from '../generated/resources.ts';
import { checkFreeForm } from './free-form.ts';
import { valueFaults } from './json-schema.ts';
import type { Report } from './report.ts';
import { checkSchema } from './schemas.ts';
import { checkWorkspace } from './workspace.ts';

/** Checks what a Flow says by itself: its schema, its inputs against it, its spaces. */
export function checkFlow(flow: Flow, report: Report): void {
  const { inputSchema, inputs } = flow.spec;
  const usable = checkSchema(flow, 'spec.inputSchema', inputSchema, report);
  const sound = inputs === undefined || checkFreeForm(flow, 'spec.inputs', inputs, 'value', report);
  if (usable && sound) checkInputs(flow, report);
  checkWorkspace(flow, report);
}

/**
 * A Session may bring what the Flow's own inputs lack, so a missing one is a fault only where nobody brings it: in
 * Sessions that a trigger starts.
 */
function checkInputs(flow: Flow, report: Report): void {
  const { inputSchema = {}, inputs = {}, trigger } = flow.spec;
  for (const { path, message, expected, found } of valueFaults(inputSchema, inputs)) {
    const missing = found === 'nothing' && !path.includes('.') && !path.includes('[');
    if (missing && trigger.onChange === undefined) continue;
    const remedy = missing
      ? 'A Session started by a trigger has these inputs alone.'
      : 'spec.inputSchema says what the Flow takes.';
    const at = path === '' ? 'spec.inputs' : `spec.inputs.${path}`;
    report.add(flow, at, { reason: 'InvalidInput', message, expected, found, remedy });
  }
}

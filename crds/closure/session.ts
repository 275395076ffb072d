import type { JsonObject } from '../canonical/json.ts';
import type { Flow, Resource, Session } from '../generated/resources.ts';
import { checkFreeForm } from './free-form.ts';
import { overlay } from './inputs.ts';
import { schemaFaults, valueFaults } from './json-schema.ts';
import { find } from './references.ts';
import type { Report } from './report.ts';

/** Checks that the Flow of a Session is there, and its inputs against what that Flow takes. */
export function checkSession(session: Session, resources: readonly Resource[], report: Report): void {
  const flow = find(session, 'spec.flowRef.name', 'Flow', session.spec.flowRef.name, resources, report);
  const { inputs = {} } = session.spec;
  const sound = checkFreeForm(session, 'spec.inputs', inputs, 'value', report);
  if (sound && flow !== undefined) checkInputs(session, flow, inputs, report);
}

/** What the Flow takes is judged with its own inputs below those of the Session. */
function checkInputs(session: Session, { spec }: Flow, inputs: JsonObject, report: Report): void {
  const { inputSchema } = spec;
  if (inputSchema === undefined || schemaFaults(inputSchema).length > 0) return;
  for (const { path, message, expected, found } of valueFaults(inputSchema, overlay(spec.inputs ?? {}, inputs))) {
    // What the Flow says wrongly is told of the Flow.
    if (!Object.hasOwn(inputs, path.split(/[.[]/, 1)[0] ?? '') && found !== 'nothing') continue;
    const at = path === '' ? 'spec.inputs' : `spec.inputs.${path}`;
    const remedy = 'spec.inputSchema of the Flow says what it takes.';
    report.add(session, at, { reason: 'InvalidInput', message, expected, found, remedy });
  }
}

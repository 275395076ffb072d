import type { Resource, Session } from '../generated/resources.ts';
import { checkFreeForm } from './free-form.ts';
import { find } from './references.ts';
import type { Report } from './report.ts';

/** Checks that the Flow of a Session is there, and its inputs as far as they can be judged without that Flow. */
export function checkSession(session: Session, resources: readonly Resource[], report: Report): void {
  find(session, 'spec.flowRef.name', 'Flow', session.spec.flowRef.name, resources, report);
  if (session.spec.inputs !== undefined) checkFreeForm(session, 'spec.inputs', session.spec.inputs, 'value', report);
}

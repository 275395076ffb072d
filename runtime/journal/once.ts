import type { RecordType } from './record.ts';

/** Of these there is one at a path: what is found there again is not recorded again. */
export const once: ReadonlySet<RecordType> = new Set<RecordType>([
  'step.started',
  'step.skipped',
  'step.ended',
  'call.intent',
  'call.withdrawn',
  'call.outcome',
  'call.denied',
  'call.retried',
  'model.request',
  'model.response',
  'gate.opened',
  'gate.decided',
  'conductor.adjusted',
]);

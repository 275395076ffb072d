import { catalogue } from '#crds';
import type { ErrorBody, Recovery } from '../journal/record.ts';

/** Judged, refused, used up or given up: another attempt would come to the same, or was not wanted. */
const final: ReadonlySet<string> = new Set([
  'CallDenied',
  'ApprovalExpired',
  'Aborted',
  'Cancelled',
  'RoleDisabled',
  'UnknownCallable',
  'InvalidManifest',
  'InvalidExpression',
  'InvalidSchema',
  'InputRefused',
  'OutputRefused',
  'PathRefused',
  'DomainChanged',
  'EvaluationFailed',
  'FuelExhausted',
  'NotCanonical',
  'DepthExceeded',
  'TimeLimitReached',
  'StorageExceeded',
  'BudgetExceeded',
  'IterationsExhausted',
  'TooManyItems',
  'ToolDiverged',
]);

/** What may be called again although it may have had an effect: that happens once all the same, or is undone before. */
const repeatable: ReadonlySet<Recovery> = new Set<Recovery>(['safe', 'keyed', 'workspace', 'reenter']);

/** Whether nothing that is tried again could change this. */
export function isFinal(reason: string): boolean {
  return final.has(reason);
}

/** Whether a call that failed so may be made again, where a retry is declared for it. */
export function mayRepeat({ reason }: ErrorBody, recovery: Recovery): boolean {
  return !isFinal(reason) && (saysNothingHappened(reason) || repeatable.has(recovery));
}

export function saysNothingHappened(reason: string): boolean {
  const known: Readonly<Record<string, { readonly retryable: boolean }>> = catalogue;
  return known[reason]?.retryable === true;
}

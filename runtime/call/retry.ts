import { catalogue, type Reason } from '#crds';
import type { ErrorBody, JournalRecord } from '../journal/record.ts';
import { isBelow } from './path.ts';
import type { Trail } from './trail.ts';

const known: Readonly<Record<string, { readonly retryable: boolean }>> = catalogue;

/**
 * What the catalogue does not call retryable, because something may have happened, and what chance, another process or a
 * model may all the same bring to another end.
 */
const mayPass: ReadonlySet<string> = new Set<Reason>([
  'ToolFailed',
  'ToolHostFailed',
  'ToolsNotReachable',
  'FileNotFound',
  'StateConflict',
  'StateNotAvailable',
  'TurnsExhausted',
]);

/** Judged, refused, used up or given up: another attempt would come to the same, or was not wanted. */
function isFinal(reason: string): boolean {
  // What has no entry is the failure of a tool in its own words.
  return known[reason]?.retryable === false && !mayPass.has(reason);
}

/**
 * Whether what failed at a path may be tried again where nobody is asked: a call, a role with all that it called, or a
 * step with all that is in it.
 */
export function mayTryAgain({ reason }: ErrorBody, path: string, trail: Pick<Trail, 'records' | 'recall'>): boolean {
  if (isFinal(reason) && !(reason === 'TimeLimitReached' && isOutOfOwnTime(path, trail))) return false;
  return !mayHaveHappened(trail.records, path);
}

/** Whether it was the call's own time that was up, of a tool that is called as often as one likes. */
function isOutOfOwnTime(path: string, trail: Pick<Trail, 'recall'>): boolean {
  return (
    trail.recall('call.intent', path)?.body.recovery === 'safe' && trail.recall('limit.reached', path) !== undefined
  );
}

/**
 * Whether something was begun at or below an attempt that only somebody who knows may do again, whatever came of it. What
 * failed because nothing happened was not. Goes by the records of that branch alone, so that every run sees the same.
 */
export function mayHaveHappened(records: readonly JournalRecord[], attempt: string): boolean {
  const begun = new Set<string>();
  for (const { type, path, body } of records) {
    if (path !== attempt && !isBelow(path, attempt)) continue;
    if (type === 'call.intent' && (body.recovery === 'unknown' || body.recovery === 'probe')) begun.add(path);
    if (type === 'call.withdrawn') begun.delete(path);
    if (type === 'call.outcome' && body.error !== null && saysNothingHappened(body.error.reason)) begun.delete(path);
  }
  return begun.size > 0;
}

function saysNothingHappened(reason: string): boolean {
  return known[reason]?.retryable === true || reason === 'ToolsNotReachable';
}

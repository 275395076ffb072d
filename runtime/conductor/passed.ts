import { isBelow, splitAttempt } from '../call/path.ts';
import type { JournalRecord } from '../journal/record.ts';

/**
 * Whether an earlier attempt of the Session came past this point: what a person says now can change nothing before it.
 * `place` is an iteration for what comes before it, an attempt at one for what comes after it.
 */
export function isPassed(records: readonly JournalRecord[], phase: 'before' | 'after', place: string): boolean {
  return phase === 'before' ? isBegun(records, place) : isLeftBehind(records, place);
}

function isBegun(records: readonly JournalRecord[], iteration: string): boolean {
  return records.some(({ type, path }) => {
    if (type === 'step.skipped') return path === iteration;
    return (type === 'step.started' || type === 'step.ended') && splitAttempt(path).base === iteration;
  });
}

/** The branch has gone on once something else happened in it, or what is around it ended. */
function isLeftBehind(records: readonly JournalRecord[], attempt: string): boolean {
  const end = records.findLast(({ type, path }) => type === 'step.ended' && path === attempt);
  if (end === undefined) return false;
  const around = attempt.slice(0, Math.max(0, attempt.lastIndexOf('/')));
  return records.slice(end.seq).some(({ type, path }) => {
    if (type === 'step.ended' && (path === around || isBelow(around, path))) return true;
    return isBelow(path, around) && path !== attempt && !isBelow(path, attempt);
  });
}

import { attemptPath, isBelow } from '../call/path.ts';
import type { Trail } from '../call/trail.ts';

type Past = Pick<Trail, 'recall' | 'records'>;

/**
 * Whether an earlier attempt of the Session came past this point: what a person says now can change nothing before it.
 * `place` is an iteration for what comes before it, an attempt at one for what comes after it.
 */
export function isPassed(past: Past, phase: 'before' | 'after', place: string): boolean {
  return phase === 'before' ? isBegun(past, place) : isLeftBehind(past, place);
}

/** An iteration is skipped, begins with its first attempt, or fails there before it began. */
function isBegun(past: Past, iteration: string): boolean {
  if (past.recall('step.skipped', iteration) !== undefined) return true;
  const first = attemptPath(iteration, 1);
  return past.recall('step.started', first) !== undefined || past.recall('step.ended', first) !== undefined;
}

/** The branch has gone on once something else happened in it, or what is around it ended. */
function isLeftBehind(past: Past, attempt: string): boolean {
  const end = past.recall('step.ended', attempt);
  if (end === undefined) return false;
  const around = attempt.slice(0, Math.max(0, attempt.lastIndexOf('/')));
  // The facts of a fork stand before its records.
  for (let index = past.records.lastIndexOf(end) + 1; index < past.records.length; index += 1) {
    const { type = '', path = '' } = past.records[index] ?? {};
    if (type === 'step.ended' && (path === around || isBelow(around, path))) return true;
    if (isBelow(path, around) && path !== attempt && !isBelow(path, attempt)) return true;
  }
  return false;
}

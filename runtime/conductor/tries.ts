import { attemptPath, splitAttempt } from '../call/path.ts';
import type { Trail } from '../call/trail.ts';

/**
 * Which try at an iteration an attempt was, from 1: one more than attempts before it that failed and were tried again, or
 * that an adjustment had tried again. One that was lost on the way, with its process or its host, counts for nothing: what
 * rules see does not depend on that.
 */
export function triesUpTo(ended: string, trail: Pick<Trail, 'recall'>): number {
  const { base, attempt } = splitAttempt(ended);
  let tries = 1;
  for (let number = 1; number < attempt; number += 1) {
    const path = attemptPath(base, number);
    if (trail.recall('call.retried', path) !== undefined || wasAdjusted(path, trail)) tries += 1;
  }
  return tries;
}

function wasAdjusted(path: string, trail: Pick<Trail, 'recall'>): boolean {
  for (let number = 1; ; number += 1) {
    const adjusted = trail.recall('conductor.adjusted', `${path}/e${number}`)?.body;
    if (adjusted === undefined) return false;
    if (adjusted.op === 'retry' && adjusted.status === 'applied') return true;
  }
}

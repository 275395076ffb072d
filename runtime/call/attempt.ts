import { formatInstant, parseInstant } from '#crds';
import type { Answer, Asked } from './history.ts';
import { checkTime } from './limits.ts';
import { attemptPath } from './path.ts';
import type { Run } from './run.ts';
import type { Effect } from './trail.ts';

/** An effect may begin this long after its intent was written, and no later. */
const startWithinMs = 5_000;
/** How long a paused process of an earlier attempt may go on believing that it is the one. */
const leaseMs = 10_000;

/**
 * Has an effect happen once for each intent, and answers from the journal where it happened before: for equal path and
 * equal digest. Otherwise the intent is recorded, the effect performed, and its raw outcome recorded; that record is
 * what the caller gets.
 */
export async function attempt(effect: Effect, run: Run, signal: AbortSignal): Promise<Answer> {
  const { trail } = run;
  for (;;) {
    const next = await trail.next(effect);
    if (next.kind === 'answered') return next.answer;
    if (next.kind === 'reentered') return trail.answer(await effect.perform(next.path));

    const path = attemptPath(effect.base, next.attempt);
    const pauseMs = Math.max(effect.after.pauseMs, untilHarmless(next.unanswered, run));
    if (pauseMs > 0) await run.sleep(pauseMs, signal);
    await effect.prepare(path);
    checkTime(run, path, signal);
    const lastStart = run.clock() + startWithinMs;
    const limits = { attempt: next.attempt, notAfter: formatInstant(lastStart), reservation: null };
    await trail.ask(await effect.ask(path, limits), { sync: effect.syncIntent });
    // A process that was paused in between must not act on an intent that others have given up.
    if (run.clock() <= lastStart) return trail.answer(await effect.perform(path));
  }
}

/** Milliseconds until no process of an earlier attempt can begin this effect any more. */
function untilHarmless(unanswered: Asked | null, run: Run): number {
  return unanswered === null ? 0 : parseInstant(unanswered.body.notAfter) + leaseMs - run.clock();
}

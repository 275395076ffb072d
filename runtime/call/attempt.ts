import { formatInstant, parseInstant } from '#crds';
import type { Draft } from '../journal/record.ts';
import type { Answer, Asked } from './history.ts';
import { checkTime } from './limits.ts';
import { attemptPath, splitAttempt } from './path.ts';
import type { Reservation } from './reservation.ts';
import type { Run } from './run.ts';
import type { Effect } from './trail.ts';

/** An effect may begin this long after its intent was written, and no later. */
const startWithinMs = 5_000;
/** How long a paused process of an earlier attempt may go on believing that it is the one. */
const leaseMs = 10_000;

/** What an effect happens under. */
export interface Under {
  readonly run: Run;
  readonly signal: AbortSignal;
}

/**
 * Has an effect happen once for each intent, and answers from the journal where it happened before: for equal path and
 * equal digest. Otherwise the intent is recorded, the effect performed, and its raw outcome recorded; that record is
 * what the caller gets. Where nobody knows an outcome, that is found out before anything happens again.
 */
export async function attempt(effect: Effect, { run, signal }: Under): Promise<Answer> {
  const { trail, presence } = run;
  let { after } = effect;
  // What this process set aside for attempts of which nobody knows; for those of others their intents say it.
  const held = new Map<string, Reservation>();
  const settled = async (draft: Draft<Answer['type']>, asked: Asked): Promise<Answer> => {
    const reservation = held.get(asked.path) ?? effect.reserved(asked);
    const answer = await trail.answer(draft);
    reservation.settle(answer);
    return answer;
  };
  for (;;) {
    const next = await trail.next(effect, after);
    if (next.kind === 'answered') return next.answer;
    if (next.kind === 'reentered') {
      await effect.resume(next.asked);
      const draft = await effect.perform(next.asked.path);
      if (draft !== null) return settled(draft, next.asked);
      continue;
    }
    if (next.kind === 'unknown') {
      await effect.resume(next.asked);
      const draft = await effect.resolve(next.asked);
      if (draft !== null) return settled(draft, next.asked);
      after = { attempt: splitAttempt(next.asked.path).attempt, pauseMs: 0 };
      continue;
    }

    const path = attemptPath(effect.base, next.attempt);
    const pauseMs = Math.max(after.pauseMs, untilHarmless(next.unanswered, run));
    if (pauseMs > 0) await presence.working(path, () => run.sleep(pauseMs, signal));
    const reservation = await effect.prepare(path);
    checkTime(run, path, signal);
    // What is entered again has no effect of its own: what it calls stands under intents of its own.
    const hasEffect = effect.recovery !== 'reenter';
    const leave = hasEffect ? presence.enter(path) : (): void => {};
    try {
      const lastStart = run.clock() + startWithinMs;
      const limits = { attempt: next.attempt, notAfter: formatInstant(lastStart), reservation: reservation.amounts };
      await trail.ask(await effect.ask(path, limits), { sync: effect.syncIntent });
      if (hasEffect && run.clock() > lastStart) {
        // A process that was paused in between must not act on an intent that others have given up.
        after = { attempt: next.attempt, pauseMs: 0 };
        continue;
      }
      held.set(path, reservation);
      const draft = await effect.perform(path);
      if (draft === null) continue;
      const answer = await trail.answer(draft);
      reservation.settle(answer);
      return answer;
    } finally {
      leave();
    }
  }
}

/** Milliseconds until no process of an earlier attempt can begin this effect any more. */
function untilHarmless(unanswered: Asked | null, run: Run): number {
  return unanswered === null ? 0 : parseInstant(unanswered.body.notAfter) + leaseMs - run.clock();
}

import { formatInstant, parseInstant } from '#crds';
import type { Draft, Withdrawal } from '../journal/record.ts';
import type { Answer, Asked } from './history.ts';
import { checkTime } from './limits.ts';
import { attemptPath, splitAttempt } from './path.ts';
import type { Settling } from './reservation.ts';
import { wasRefused } from './reserve.ts';
import type { Run } from './run.ts';
import type { Effect } from './trail.ts';
import { checkStopped, pauseAfter, recordWithdrawal, Withdrawn } from './withdrawn.ts';

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
export async function attempt(effect: Effect, under: Under): Promise<Answer> {
  const { run, signal } = under;
  const { trail, presence } = run;
  let { after } = effect;
  // What this process set aside for attempts of which nobody knows; for those of others their intents say it.
  const held = new Map<string, Settling>();
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
      // It has no effect of its own that could be late.
      const draft = await effect.perform(next.asked.path, () => {});
      if (draft !== null) return settled(draft, next.asked);
      continue;
    }
    if (next.kind === 'unknown') {
      await effect.resume(next.asked);
      // Whoever looks whether it happened must not look too early.
      await pauseFor(untilHarmless(next.unanswered, run), next.asked.path, under);
      const draft = await effect.resolve(next.asked);
      if (draft !== null) return settled(draft, next.asked);
      after = { attempt: splitAttempt(next.asked.path).attempt, pauseMs: 0 };
      continue;
    }

    const path = attemptPath(effect.base, next.attempt);
    await pauseFor(Math.max(after.pauseMs, untilHarmless(next.unanswered, run)), path, under);
    checkStopped(effect.base, next.attempt, run, signal);
    await effect.prepare(path);
    // What does not begin sets nothing aside; what was refused stays refused, though time was up later.
    if (!wasRefused(path, run)) checkTime(run, path, signal);
    const reservation = await effect.reserve(path);
    // What is entered again has no effect of its own: what it calls stands under intents of its own.
    const hasEffect = effect.recovery !== 'reenter';
    const leave = hasEffect ? presence.enter(path) : (): void => {};
    try {
      const lastStart = run.clock() + startWithinMs;
      const limits = { attempt: next.attempt, notAfter: formatInstant(lastStart), reservation: reservation.amounts };
      await trail.ask(await effect.ask(path, limits), { sync: effect.syncIntent });
      const begin = (): void => {
        const why = hasEffect ? whyNot(effect, lastStart, under) : null;
        if (why !== null) throw new Withdrawn(why);
      };
      begin();
      held.set(path, reservation);
      const draft = await effect.perform(path, begin);
      if (draft === null) continue;
      const answer = await trail.answer(draft);
      reservation.settle(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof Withdrawn)) throw error;
      await recordWithdrawal(path, error.why, run);
      reservation.release();
      after = { attempt: next.attempt, pauseMs: pauseAfter(effect.base, next.attempt, run) };
    } finally {
      leave();
    }
  }
}

/** Why nothing may begin any more on an intent that there is, null where it may. */
function whyNot(effect: Effect, lastStart: number, { run, signal }: Under): Withdrawal | null {
  if (signal.aborted) return 'stopped';
  if (run.clock() > lastStart) return 'late';
  return effect.holds?.() === false ? 'rules' : null;
}

async function pauseFor(ms: number, path: string, { run, signal }: Under): Promise<void> {
  if (ms > 0) await run.presence.working(path, () => run.sleep(ms, signal));
}

/** Milliseconds until no process of an earlier attempt can begin this effect any more. */
function untilHarmless(unanswered: Asked | null, run: Run): number {
  return unanswered === null ? 0 : parseInstant(unanswered.body.notAfter) + leaseMs - run.clock();
}

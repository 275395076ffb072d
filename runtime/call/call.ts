import { OrketError, type JsonValue } from '#crds';
import type { RecordBodies } from '../journal/record.ts';
import { admit, type Admitted } from './admit.ts';
import { attempt } from './attempt.ts';
import { CallEffect } from './call-effect.ts';
import { checkInput, checkOutput } from './check-values.ts';
import { denial } from './denial.ts';
import { errorOf } from './failure.ts';
import { expectOf } from './history.ts';
import { checkDepth } from './limits.ts';
import { attemptPath, splitAttempt } from './path.ts';
import { resolve } from './registry.ts';
import { mayTryAgain } from './retry.ts';
import type { Callable, CallSite } from './run.ts';
import { firstAttempt, type Trail } from './trail.ts';

/**
 * Calls a role or a tool by name: the one way in which anything happens in a Session, for steps, models and tools alike.
 * Resolves the name, checks the input, has Policies and people decide, sets aside what it may use, records the intent,
 * performs it, records the outcome, and checks the output.
 *
 * Gives the output that the journal holds. Throws an OrketError that callers and models can read: a denial, a limit, or
 * the failure of the call; and what ends this attempt of the Session.
 */
export async function call(name: string, input: JsonValue, site: CallSite): Promise<JsonValue> {
  const past = takenOutcome(site);
  if (past !== null) return past;
  const given = admit(input, site.run.mask);
  const callable = await find(name, given, site);
  const outcome = await perform(callable, given, site);
  return accept(callable, outcome, site);
}

/** What a fork took over of a call is neither resolved nor judged again: the bundle may say something else by now. */
function takenOutcome({ run: { trail }, path }: CallSite): Promise<JsonValue> | null {
  const denied = trail.taken('call.denied', path);
  const outcome = trail.taken('call.outcome', path);
  if (denied !== undefined && denied.seq > (outcome?.seq ?? Number.NEGATIVE_INFINITY)) throw errorOf(denied.body.error);
  return outcome === undefined ? null : outputOf(outcome.body, trail);
}

/** Whether there is such a call to make, which no attempt changes; a refusal is recorded as the denial of the first. */
async function find(name: string, given: Admitted, site: CallSite): Promise<Callable> {
  const { run, path } = site;
  const first = attemptPath(path, (site.after ?? firstAttempt).attempt + 1);
  try {
    const callable = resolve(name, site);
    const disabled = run.conductor.disabledAt(name, path);
    if (disabled !== null) throw new OrketError('RoleDisabled', run.semantics.messages.disabled(name, disabled));
    checkDepth(site);
    await checkInput(callable, given.value, site);
    return callable;
  } catch (error) {
    await site.begin?.(first);
    throw await denial(error, name, given, run, first);
  }
}

/** Has it happen, again where it failed and a retry is declared. A failure that is tried again says so. */
async function perform(callable: Callable, given: Admitted, site: CallSite): Promise<RecordBodies['call.outcome']> {
  const { run } = site;
  const { retry } = callable;
  let after = site.after ?? firstAttempt;
  for (let tries = 1; ; tries += 1) {
    const outcome = expectOf(await attempt(new CallEffect(callable, given, site, after, call), site), 'call.outcome');
    const { error } = outcome.body;
    await site.begin?.(outcome.path);
    if (error === null || retry === undefined || tries >= retry.maxAttempts) return outcome.body;
    const { path } = outcome;
    if (!mayTryAgain(error, path, run.trail)) return outcome.body;
    const { backoffOf, retryPauseMs } = run.semantics;
    const pauseMs = retryPauseMs(backoffOf(retry), tries, { seed: run.seed, path });
    await run.trail.once({
      type: 'call.retried',
      path,
      make: async () => ({ type: 'call.retried', path, body: { error, pauseMs } }),
    });
    after = { attempt: splitAttempt(path).attempt, pauseMs };
  }
}

/** The recorded outcome as a result. That the output meets its schema is a verdict on it, never a reason to repeat. */
async function accept(callable: Callable, outcome: RecordBodies['call.outcome'], site: CallSite): Promise<JsonValue> {
  const value = await outputOf(outcome, site.run.trail);
  await checkOutput(callable, value, site);
  return value;
}

async function outputOf(
  { output, outputDigest, error }: RecordBodies['call.outcome'],
  trail: Trail,
): Promise<JsonValue> {
  if (error !== null) throw errorOf(error);
  if (outputDigest === null) throw new OrketError('JournalCorrupt', 'an outcome has neither output nor error');
  return trail.read(output, outputDigest);
}

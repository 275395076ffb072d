import { OrketError, type JsonValue } from '#crds';
import type { RecordBodies } from '../journal/record.ts';
import { admit, type Admitted } from './admit.ts';
import { attempt } from './attempt.ts';
import type { CallSite, Callable } from './run.ts';
import { denial } from './denial.ts';
import { errorOf } from './failure.ts';
import { expectOf } from './history.ts';
import { checkDepth } from './limits.ts';
import { attemptPath } from './path.ts';
import { perform } from './perform.ts';
import { checkPolicy } from './check-policy.ts';
import { resolve } from './registry.ts';
import { mayWrite } from './risk.ts';
import { checkInput, checkOutput } from './check-values.ts';
import { firstAttempt, type Effect } from './trail.ts';

/**
 * Calls a role or a tool by name: the one way in which anything happens in a Session, for steps, models and tools alike.
 * Gives the output that the journal holds. Throws an OrketError that callers and models can read: a denial, a limit, or
 * the failure of the call; and what ends this attempt of the Session.
 */
export async function call(name: string, input: JsonValue, site: CallSite): Promise<JsonValue> {
  const given = admit(input, site.run.mask);
  const callable = await find(name, given, site);
  const outcome = await attempt(effectOf(callable, given, site), site.run, site.signal);
  await site.begin?.(outcome.path);
  return accept(callable, expectOf(outcome, 'call.outcome').body, site);
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

/** Policies judge each attempt as they are then; the verdict and a denial stand at the attempt that they are about. */
async function judgeAttempt(callable: Callable, given: Admitted, site: CallSite, path: string): Promise<void> {
  await site.begin?.(path);
  try {
    await checkPolicy(callable, given.value, site, path);
  } catch (error) {
    throw await denial(error, callable.name, given, site.run, path);
  }
}

/** Intent, the work itself, and its raw outcome, each in the journal before the next. */
function effectOf(callable: Callable, given: Admitted, site: CallSite): Effect {
  const { kind, name, risk, recovery } = callable;
  const { trail, semantics, uid } = site.run;
  return {
    base: site.path,
    digest: given.digest,
    recovery,
    syncIntent: mayWrite(risk),
    after: site.after ?? firstAttempt,
    prepare: (path) => judgeAttempt(callable, given, site, path),
    ask: async (path, limits) => {
      const input = await trail.record(given.value);
      const key = semantics.idempotencyKey(uid, path);
      return {
        type: 'call.intent',
        path,
        body: { ...limits, kind, name, risk, recovery, input, inputDigest: given.digest, key },
      };
    },
    perform: (path) => perform(callable, given.value, site, path, call),
  };
}

/** The recorded outcome as a result. That the output meets its schema is a verdict on it, never a reason to repeat. */
async function accept(callable: Callable, outcome: RecordBodies['call.outcome'], site: CallSite): Promise<JsonValue> {
  const { output, outputDigest, error } = outcome;
  if (error !== null) throw errorOf(error);
  if (outputDigest === null) throw new OrketError('JournalCorrupt', 'an outcome has neither output nor error');
  const value = await site.run.trail.read(output, outputDigest);
  await checkOutput(callable, value, site);
  return value;
}

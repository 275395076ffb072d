import type { BundleStep, JsonValue } from '#crds';
import { childPath, splitAttempt } from '../call/path.ts';
import { errorOf } from '../call/failure.ts';
import type { StepView } from '../conductor/conductor.ts';
import type { Draft } from '../journal/record.ts';
import { endFailed, tryStep } from './attempts.ts';
import { recordedCondition } from './expression.ts';
import { scopeOf, type Place, type RunSteps } from './place.ts';
import { takenWish, type Tried } from './taken.ts';

export type StepEnd = { readonly status: 'succeeded'; readonly output: JsonValue } | { readonly status: 'skipped' };

/**
 * Executes one step: not at all where `when` says so, once, or again until its condition holds. Throws the failure as it
 * was recorded, and what ends the attempt of the Session.
 */
export async function runStep(step: BundleStep, place: Place, runSteps: RunSteps): Promise<StepEnd> {
  if (!(await isWanted(step, place))) return { status: 'skipped' };
  const { until } = step;
  let last: JsonValue = null;
  for (let iteration = 1; ; iteration += 1) {
    const values = until === undefined ? place.values : { ...place.values, iteration, previous: last };
    const end = await iterate(step, iteration, { ...place, values }, runSteps);
    if (end === null) return iteration === 1 ? { status: 'skipped' } : { status: 'succeeded', output: last };
    last = end.output;
    if (end.holds) return { status: 'succeeded', output: last };
  }
}

/** Evaluates `when`, once for the step and before its first iteration. */
async function isWanted(step: BundleStep, place: Place): Promise<boolean> {
  const base = baseOf(step, 1, place);
  const past = takenWish(base, place);
  if (past !== null || step.when === undefined) return past ?? true;
  try {
    const wanted = await recordedCondition(step.when, childPath(base, 'when'), 'when', scopeOf(place), place.run);
    if (!wanted) await skip(base, { by: 'when', reason: step.when }, place);
    return wanted;
  } catch (error) {
    throw errorOf(await endFailed(base, error, place));
  }
}

/** One iteration, as the Conductor wants it; null where it wants none. */
async function iterate(step: BundleStep, iteration: number, place: Place, runSteps: RunSteps): Promise<Tried | null> {
  const { run, budget } = place;
  const base = baseOf(step, iteration, place);
  const scope = scopeOf(place);
  const viewOf = (now: BundleStep): StepView => {
    return { path: base, step: now, iteration, scope, usage: budget.usage().used };
  };
  const orders = await run.conductor.before(viewOf(step)).catch(async (error: unknown) => {
    throw errorOf(await endFailed(base, error, place));
  });
  if (orders.kind === 'skip') {
    await skip(base, { by: 'conductor', reason: orders.reason }, place);
    return null;
  }
  for (let after = 0; ;) {
    const tried = await tryStep(orders.step, { base, iteration, after }, place, runSteps);
    const { path, output, error } = tried;
    const status = error === null ? 'succeeded' : 'failed';
    const { retry } = await run.conductor.after(viewOf(orders.step), { path, status, output, error });
    if (retry) after = splitAttempt(path).attempt;
    else if (error === null) return tried;
    else throw errorOf(error);
  }
}

async function skip(path: string, body: Draft<'step.skipped'>['body'], { run }: Place): Promise<void> {
  await run.trail.once({ type: 'step.skipped', path, make: async () => ({ type: 'step.skipped', path, body }) });
}

function baseOf({ id }: BundleStep, iteration: number, { path }: Place): string {
  return childPath(path, `${id}#${iteration}`);
}

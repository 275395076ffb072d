import { digestOf, OrketError, type BundleStep, type JsonValue } from '#crds';
import { admit, type Admitted } from '../call/admit.ts';
import { checkOutput } from '../call/check-values.ts';
import { failureOf } from '../call/failure.ts';
import { attemptPath, childPath, splitAttempt, stablePath } from '../call/path.ts';
import type { Draft, ErrorBody, JournalRecord, RecordBodies } from '../journal/record.ts';
import { keepArtifact } from './artifact.ts';
import { recordedCondition } from './expression.ts';
import { perform } from './perform.ts';
import { scopeOf, type Place, type RunSteps } from './place.ts';
import { pauseAfter } from './retry.ts';
import { takenTry, type Tried } from './taken.ts';
import { renderInput, workOf } from './work.ts';

/** An iteration of a step, and the attempts at it that have been dealt with before. */
export interface Iteration {
  readonly base: string;
  readonly iteration: number;
  readonly after: number;
}

/**
 * Tries an iteration of a step. What it is started with is computed once for all attempts and recorded; a failure is
 * tried again as `retry` says; its artifact is kept, and the digest of the files as they are then. Throws only what ends
 * the attempt of the Session.
 */
export async function tryStep(
  step: BundleStep,
  { base, iteration, after }: Iteration,
  place: Place,
  runSteps: RunSteps,
): Promise<Tried> {
  const { run } = place;
  const past = await takenTry(base, place);
  if (past !== null) return past;
  let dealtWith = { attempt: after, pauseMs: 0 };
  for (let failures = 1; ; failures += 1) {
    let path = attemptPath(base, dealtWith.attempt + 1);
    try {
      const input = await inputOf(step, base, place);
      const begin = async (at: string): Promise<void> => {
        path = at;
        await started(step, at, place, async () => input);
      };
      const output = await perform(step, { base, input: input.value, after: dealtWith, begin }, place, runSteps);
      await checkOutput({ outputSchema: step.outputSchema ?? null }, output, { run });
      const holds = await holdsNow(step, { path, iteration, output }, place);
      if (holds && step.artifact !== undefined) await keepArtifact(step.artifact, output, path, place);
      const recorded = await run.trail.record(output);
      const body = { status: 'succeeded', output: recorded, outputDigest: digestOf(output), error: null } as const;
      await end(path, body, place);
      return { path, output, error: null, holds };
    } catch (error) {
      const failure = failureOf(error, run.mask);
      const pauseMs = pauseAfter(step, failure, failures, path, place);
      if (pauseMs === null) return { path, output: null, error: await failed(path, failure, place), holds: false };
      const body = { error: failure, pauseMs };
      const make = async (): Promise<Draft<'call.retried'>> => ({ type: 'call.retried', path, body });
      const retried = await run.trail.once({ type: 'call.retried', path, make });
      dealtWith = { attempt: splitAttempt(path).attempt, pauseMs: retried.body.pauseMs };
    }
  }
}

/** Ends a step that failed before it was started. Gives the failure as it was recorded. */
export async function endFailed(base: string, error: unknown, place: Place): Promise<ErrorBody> {
  return failed(attemptPath(base, 1), failureOf(error, place.run.mask), place);
}

/** What the step's expressions come to, each evaluated once; afterwards it is what the journal says. */
async function inputOf(step: BundleStep, base: string, place: Place): Promise<Admitted> {
  const { trail, mask, semantics } = place.run;
  const make = async (): Promise<Admitted> => admit(renderInput(step, scopeOf(place), semantics.fuel), mask);
  const { body } = await started(step, attemptPath(base, 1), place, make);
  return { value: await trail.read(body.input, body.inputDigest), digest: body.inputDigest };
}

/** Each attempt at a step starts it, at its own path, with the input of the first. */
async function started(
  step: BundleStep,
  path: string,
  { run }: Place,
  input: () => Promise<Admitted>,
): Promise<JournalRecord<'step.started'>> {
  const make = async (): Promise<Draft<'step.started'>> => {
    const { value, digest } = await input();
    const { kind, name } = workOf(step);
    const body = { kind, name, input: await run.trail.record(value), inputDigest: digest };
    return { type: 'step.started', path, body };
  };
  return run.trail.once({ type: 'step.started', path, make });
}

/** Evaluates `until` over what the step came to. Throws `IterationsExhausted` where it may not be repeated any more. */
async function holdsNow(
  { until }: BundleStep,
  { path, iteration, output }: { readonly path: string; readonly iteration: number; readonly output: JsonValue },
  place: Place,
): Promise<boolean> {
  if (until === undefined) return true;
  const { condition, maxIterations } = until;
  const scope = { ...scopeOf(place), output };
  if (await recordedCondition(condition, childPath(path, 'until'), 'until', scope, place.run)) return true;
  if (iteration < maxIterations) return false;
  throw new OrketError('IterationsExhausted', 'the condition of the step does not hold', {
    at: `${stablePath(path)} until`,
    expected: `${condition} after at most ${maxIterations} iterations`,
    found: 'false after the last',
    remedy: 'Raise until.maxIterations, or change the condition or what the step is told to do.',
  });
}

async function failed(path: string, failure: ErrorBody, place: Place): Promise<ErrorBody> {
  const body = await end(path, { status: 'failed', outputDigest: null, output: null, error: failure }, place);
  return body.error ?? failure;
}

async function end(
  path: string,
  body: RecordBodies['step.ended'],
  { run, workspace }: Place,
): Promise<RecordBodies['step.ended']> {
  const { trail } = run;
  const snapshot = async (): Promise<Draft<'workspace.snapshot'>> => {
    const { folder } = workspace;
    const body = { treeDigest: await workspace.treeDigest(), ...(folder === '' ? {} : { folder }) };
    return { type: 'workspace.snapshot', path, body };
  };
  await trail.once({ type: 'workspace.snapshot', path, make: snapshot });
  const make = async (): Promise<Draft<'step.ended'>> => ({ type: 'step.ended', path, body });
  return (await trail.once({ type: 'step.ended', path, make })).body;
}

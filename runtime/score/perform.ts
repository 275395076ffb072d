import { isJsonObject, OrketError, type BundleApproval, type BundleStep, type JsonObject, type JsonValue } from '#crds';
import { approveStep } from '../call/approval.ts';
import { call } from '../call/call.ts';
import { startDeadline } from '../call/limits.ts';
import { attemptPath } from '../call/path.ts';
import type { CallSite } from '../call/run.ts';
import type { Effect } from '../call/trail.ts';
import { performForEach } from './for-each.ts';
import { performParallel } from './parallel.ts';
import type { Place, RunSteps } from './place.ts';
import { workOf } from './work.ts';

/** An attempt at a step that is about to be made. */
export interface Attempt {
  /** Of the iteration, without an attempt. */
  readonly base: string;
  readonly input: JsonValue;
  readonly after: Effect['after'];
  /** Called with the path of each attempt that is made, also of one that was made before. */
  readonly begin: (path: string) => Promise<void>;
}

/** Does what a step is for and gives its output. Throws its failure, and what ends the attempt of the Session. */
export async function perform(
  step: BundleStep,
  attempt: Attempt,
  place: Place,
  runSteps: RunSteps,
): Promise<JsonValue> {
  const work = workOf(step);
  switch (work.kind) {
    case 'role':
    case 'tool':
      return call(work.name, attempt.input, siteOf(step, attempt, place));
    case 'approval':
    case 'score':
    case 'parallel':
    case 'forEach':
      return within(step, attempt, place, async (path, inside) => {
        if (work.kind === 'approval') return performApproval(work.approval, attempt.input, path, inside);
        if (work.kind === 'parallel') return performParallel(step.id, work.parallel, path, inside, runSteps);
        if (work.kind === 'forEach') return performForEach(step.id, work.forEach, path, inside, runSteps);
        return performScore(work.name, attempt.input, path, inside, runSteps);
      });
  }
}

function siteOf({ id, timeoutSeconds }: BundleStep, { base, after, begin }: Attempt, place: Place): CallSite {
  const { run, depth, workspace, budget, signal } = place;
  const timeoutMs = timeoutSeconds === undefined ? null : timeoutSeconds * 1000;
  return {
    run,
    path: base,
    step: id,
    depth,
    role: null,
    offered: null,
    workspace,
    budget,
    timeoutMs,
    signal,
    after,
    begin,
  };
}

/** Begins an attempt at a step that contains others, or goes on with it, under its own limit of time. */
async function within(
  { timeoutSeconds }: BundleStep,
  { base, after, begin }: Attempt,
  place: Place,
  work: (path: string, inside: Place) => Promise<JsonValue>,
): Promise<JsonValue> {
  const { run, signal } = place;
  const path = attemptPath(base, after.attempt + 1);
  const isBegun = run.trail.recall('step.started', path) !== undefined;
  if (!isBegun && after.pauseMs > 0) await run.sleep(after.pauseMs, signal);
  await begin(path);
  const usedMs = run.trail.activeMsSince('step.started', path);
  const limit =
    timeoutSeconds === undefined ? null : { name: 'timeoutSeconds', path, allowedMs: timeoutSeconds * 1000, usedMs };
  const deadline = await startDeadline(run, signal, limit);
  try {
    return await work(path, { ...place, path, signal: deadline.signal });
  } finally {
    deadline.release();
  }
}

/** A step that waits for people: its output says who approved. */
async function performApproval(
  approval: BundleApproval,
  input: JsonValue,
  path: string,
  { run, workspace, signal }: Place,
): Promise<JsonValue> {
  const message = isJsonObject(input) && typeof input['message'] === 'string' ? input['message'] : approval.message;
  const { body } = await approveStep({ ...approval, message }, path, { run, workspace, signal });
  return { approved: true, by: body.by.map(({ name }) => name), note: body.note };
}

/** A Score that a step calls: its inputs are what the step was started with, and it sees nothing else. */
async function performScore(
  digest: string,
  input: JsonValue,
  path: string,
  place: Place,
  runSteps: RunSteps,
): Promise<JsonValue> {
  const { run } = place;
  const score = run.bundle.scores?.find((one) => one.digest === digest);
  if (score === undefined) throw new OrketError('InvalidManifest', 'there is no such Score', { found: digest });
  const allowed = run.bundle.limits?.depth ?? run.semantics.defaults.depth;
  const depth = place.depth + 1;
  if (depth > allowed) throw new OrketError('DepthExceeded', run.semantics.messages.tooDeep(allowed));
  const values: JsonObject = { inputs: input };
  return runSteps(score.steps, { ...place, path, values, steps: {}, blocks: score.blocks ?? [], depth });
}

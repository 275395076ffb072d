import {
  compileTemplate,
  digestOf,
  Fuel,
  OrketError,
  renderText,
  renderValue,
  type BundleStep,
  type JsonObject,
  type JsonValue,
} from '#crds';
import { admit, type Admitted } from '../call/admit.ts';
import { call } from '../call/call.ts';
import { errorOf, failureOf } from '../call/failure.ts';
import { attemptPath } from '../call/path.ts';
import type { CallSite, Run } from '../call/run.ts';
import { checkOutput } from '../call/check-values.ts';
import type { CallKind, Draft, JournalRecord, RecordBodies } from '../journal/record.ts';
import { unbounded } from '../call/budget.ts';
import { keepArtifact } from './artifact.ts';

/**
 * Executes one step: what it is called with is computed once and recorded, then it is one call like any other. Its
 * artifact is kept, and the digest of the Workspace as it is then. Throws the failure as it was recorded.
 */
export async function runStep(step: BundleStep, scope: JsonObject, run: Run, signal: AbortSignal): Promise<JsonValue> {
  const base = `${step.id}#1`;
  try {
    const { name } = target(step);
    const input = await inputOf(step, scope, base, run);
    const begin = async (path: string): Promise<void> => {
      await started(step, path, run, async () => input);
    };
    const output = await call(name, input.value, { ...siteOf(step, base, run, signal), begin });
    await checkOutput({ outputSchema: step.outputSchema ?? null }, output, { run });
    if (step.artifact !== undefined) await keepArtifact(step.artifact, output, lastPath(base, run), run);
    await end(base, run, { status: 'succeeded', ...(await recordedOutput(output, run)), error: null });
    return output;
  } catch (error) {
    const failure = failureOf(error, run.mask);
    const body = await end(base, run, { status: 'failed', outputDigest: null, output: null, error: failure });
    throw errorOf(body.error ?? failure);
  }
}

function target({ id, role, tool }: BundleStep): { readonly kind: CallKind; readonly name: string } {
  if (role !== undefined) return { kind: 'role', name: role };
  if (tool !== undefined) return { kind: 'tool', name: tool };
  throw new OrketError('InvalidManifest', 'a step calls nothing', { at: `steps.${id}`, expected: 'role or tool' });
}

/** What the step's expressions come to, each evaluated once; afterwards it is what the journal says. */
async function inputOf(step: BundleStep, scope: JsonObject, base: string, run: Run): Promise<Admitted> {
  const make = async (): Promise<Admitted> => admit(rendered(step, scope), run.mask);
  const { body } = await started(step, attemptPath(base, 1), run, make);
  return { value: await run.trail.read(body.input, body.inputDigest), digest: body.inputDigest };
}

/** Each attempt at a step starts it, at its own path, with the input of the first. */
async function started(
  step: BundleStep,
  path: string,
  run: Run,
  input: () => Promise<Admitted>,
): Promise<JournalRecord<'step.started'>> {
  const make = async (): Promise<Draft<'step.started'>> => {
    const { value, digest } = await input();
    const body = { ...target(step), input: await run.trail.record(value), inputDigest: digest };
    return { type: 'step.started', path, body };
  };
  return run.trail.once({ type: 'step.started', path, make });
}

function rendered(step: BundleStep, scope: JsonObject): JsonValue {
  const fuel = new Fuel();
  const input = renderValue(step.input ?? {}, scope, fuel);
  if (step.role === undefined) return input;
  return { task: step.task === undefined ? '' : renderText(compileTemplate(step.task), scope, fuel), input };
}

function siteOf({ id, timeoutSeconds }: BundleStep, base: string, run: Run, signal: AbortSignal): CallSite {
  const timeoutMs = timeoutSeconds === undefined ? null : timeoutSeconds * 1000;
  const { workspace } = run;
  return {
    run,
    path: base,
    step: id,
    depth: 1,
    role: null,
    offered: null,
    workspace,
    budget: unbounded,
    timeoutMs,
    signal,
  };
}

/** A step is tried again under a new attempt of its own path, so it ends where its last one was. */
function lastPath(base: string, run: Run): string {
  return attemptPath(base, run.trail.lastAttempt(base));
}

async function end(base: string, run: Run, body: RecordBodies['step.ended']): Promise<RecordBodies['step.ended']> {
  const path = lastPath(base, run);
  const snapshot = async (): Promise<Draft<'workspace.snapshot'>> => {
    return { type: 'workspace.snapshot', path, body: { treeDigest: await run.workspace.treeDigest() } };
  };
  await run.trail.once({ type: 'workspace.snapshot', path, make: snapshot });
  const ended = await run.trail.once({
    type: 'step.ended',
    path,
    make: async () => ({ type: 'step.ended', path, body }),
    sync: true,
  });
  return ended.body;
}

async function recordedOutput(
  output: JsonValue,
  run: Run,
): Promise<Pick<RecordBodies['step.ended'], 'output' | 'outputDigest'>> {
  return { output: await run.trail.record(output), outputDigest: digestOf(output) };
}

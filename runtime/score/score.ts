import type { BundleStep, JsonObject, JsonValue } from '#crds';
import type { Run } from '../call/run.ts';
import { runStep } from './step.ts';

/**
 * Executes the steps of a Score in order and gives the output of the last one. Later steps see what earlier ones
 * returned; the first that fails ends it. Throws what that step failed with, and what ends the attempt.
 */
export async function runScore(steps: readonly BundleStep[], run: Run, signal: AbortSignal): Promise<JsonValue> {
  const done: Record<string, JsonObject> = {};
  let output: JsonValue = null;
  for (const step of steps) {
    output = await runStep(step, { inputs: run.bundle.inputs, steps: { ...done } }, run, signal);
    done[step.id] = { output, status: 'succeeded' };
  }
  return output;
}

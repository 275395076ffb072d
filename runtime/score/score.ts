import { isJsonObject, type BundleStep, type JsonObject, type JsonValue } from '#crds';
import type { Place } from './place.ts';
import { runStep, type StepEnd } from './step.ts';

/**
 * Executes steps in order and gives the output of the last one that was not skipped, null where there is none. Later
 * steps see what earlier ones returned; the first that fails ends it. Throws what that step failed with, and what ends
 * the attempt.
 */
export async function runScore(steps: readonly BundleStep[], place: Place): Promise<JsonValue> {
  // Grows only between steps: while one is executed nothing is added to what it sees.
  const seen: Record<string, JsonObject> = { ...place.steps };
  const here = { ...place, steps: seen };
  let output: JsonValue = null;
  for (const step of steps) {
    const end = await runStep(step, here, runScore);
    if (end.status === 'succeeded') ({ output } = end);
    seen[step.id] = seenAs(step, end);
  }
  return output;
}

/** A step as expressions of later ones see it. */
function seenAs({ parallel }: BundleStep, end: StepEnd): JsonObject {
  if (end.status === 'skipped') return { status: 'skipped' };
  const { output, status } = end;
  const branches = parallel !== undefined && isJsonObject(output) ? output['branches'] : undefined;
  return { output, status, ...(branches === undefined ? {} : { branches }) };
}

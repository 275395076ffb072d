import { compileExpression, evaluate, evaluateCondition, Fuel, type JsonObject, type JsonValue } from '#crds';
import { admit } from '../call/admit.ts';
import type { Run } from '../call/run.ts';
import type { Draft } from '../journal/record.ts';

/**
 * The value of an expression at a path: evaluated once and recorded. A resume takes it from there; a replay evaluates it
 * again, because it follows from what was recorded before, and compares. Throws as `evaluate` does.
 */
export async function recordedValue(
  source: string,
  path: string,
  name: string,
  scope: JsonObject,
  run: Run,
): Promise<JsonValue> {
  return recorded(path, name, () => evaluate(compileExpression(source), scope, new Fuel(run.semantics.fuel)), run);
}

/** The same for what is true or false. Throws `EvaluationFailed` for anything else. */
export async function recordedCondition(
  source: string,
  path: string,
  name: string,
  scope: JsonObject,
  run: Run,
): Promise<boolean> {
  const value = await recorded(
    path,
    name,
    () => evaluateCondition(compileExpression(source), scope, new Fuel(run.semantics.fuel)),
    run,
  );
  return value === true;
}

async function recorded(path: string, name: string, compute: () => JsonValue, run: Run): Promise<JsonValue> {
  const make = async (): Promise<Draft<'value.recorded'>> => {
    const { value, digest } = admit(compute(), run.mask);
    return { type: 'value.recorded', path, body: { name, value: await run.trail.record(value), valueDigest: digest } };
  };
  const { body } = await run.trail.once({ type: 'value.recorded', path, make });
  return run.trail.read(body.value, body.valueDigest);
}

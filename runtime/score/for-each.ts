import { canonicalJson, isJsonArray, isJsonObject, OrketError, type BundleForEach, type JsonValue } from '#crds';
import { childPath, splitAttempt, stablePath } from '../call/path.ts';
import { runBranches } from './branches.ts';
import { recordedValue } from './expression.ts';
import { stepsOf } from './parallel.ts';
import { scopeOf, type Place, type RunSteps } from './place.ts';

/**
 * Runs a block for each item of a list, some at a time, and gives what each came to, in the order of the items. The list
 * is evaluated once for all attempts. Throws `TooManyItems`, and the failure of an item.
 */
export async function performForEach(
  id: string,
  { items: source, block, concurrency, maxItems, failFast }: BundleForEach,
  path: string,
  place: Place,
  runSteps: RunSteps,
): Promise<JsonValue> {
  const { defaults } = place.run.semantics;
  const at = childPath(splitAttempt(path).base, 'items');
  const items = await recordedValue(source, at, 'items', scopeOf(place), place.run);
  if (!isJsonArray(items))
    throw new OrketError('EvaluationFailed', 'the items must be a list', {
      at: `${stablePath(path)} forEach.items`,
      expected: 'a list',
      found: isJsonObject(items) ? 'an object' : canonicalJson(items).slice(0, 80),
      remedy: 'Write an expression that gives a list.',
    });
  const allowed = maxItems ?? defaults.items;
  if (items.length > allowed) {
    throw new OrketError('TooManyItems', 'the list has too many items', {
      at: `${stablePath(path)} forEach.items`,
      expected: `at most ${allowed}`,
      found: `${items.length}`,
      remedy: 'Raise forEach.maxItems of the step, or give it a shorter list.',
    });
  }
  const steps = stepsOf(block, place);
  const work = items.map((item, index) => ({
    segment: `[${index}]`,
    folder: `${id}/${index}`,
    run: (inside: Place) => runSteps(steps, { ...inside, values: { ...inside.values, item, index } }),
  }));
  const how = { path, failFast: failFast ?? false, concurrency: concurrency ?? defaults.concurrency };
  return [...(await runBranches(work, how, place))];
}

import { OrketError, type BundleParallel, type BundleStep, type JsonObject, type JsonValue } from '#crds';
import { runBranches } from './branches.ts';
import type { Place, RunSteps } from './place.ts';

/** Runs the branches of a step side by side and gives what each came to, by name. Throws the failure of one. */
export async function performParallel(
  id: string,
  { branches, failFast }: BundleParallel,
  path: string,
  place: Place,
  runSteps: RunSteps,
): Promise<JsonValue> {
  const work = branches.map(({ name, block }) => {
    const steps = stepsOf(block, place);
    return { segment: name, folder: `${id}/${name}`, run: (inside: Place) => runSteps(steps, inside) };
  });
  const how = { path, failFast: failFast ?? false, concurrency: work.length };
  const outputs = await runBranches(work, how, place);
  const ends = branches.map(({ name }, index): [string, JsonObject] => {
    return [name, { output: outputs[index] ?? null, status: 'succeeded' }];
  });
  return { branches: Object.fromEntries(ends) };
}

/** The steps of a block by its name. Throws `InvalidManifest` where there is none. */
export function stepsOf(block: string, { blocks }: Place): readonly BundleStep[] {
  const found = blocks.find(({ name }) => name === block);
  if (found !== undefined) return found.steps;
  throw new OrketError('InvalidManifest', 'there is no such block', { found: block });
}

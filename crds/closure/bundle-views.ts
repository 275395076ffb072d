import type { Bundle } from '../bundle/bundle.ts';
import type { BundleBlock, BundleStep } from '../bundle/steps.ts';
import { builtinSchemas } from './builtin-schemas.ts';
import { OutputShapes } from './output-shapes.ts';
import { stepScope } from './scopes.ts';
import { shapeOfSchema, type Members, type Shape } from './shapes.ts';
import { viewSteps, type StepList } from './step-views.ts';
import { blocksOf } from './steps.ts';
import { toolSchemas, type ToolSchemas } from './tool-schemas.ts';

/** What the expressions of a step see at each place of a bundle where one with this id stands. */
export function scopesOfStep(bundle: Bundle, id: string): readonly Members[] {
  const { steps, blocks, inputSchema, scores = [] } = bundle;
  const tools = toolsOf(bundle);
  // What a Score is called with is known only where it is called.
  const all: readonly Viewed[] = [
    { steps, blocks, inputs: shapeOfSchema(inputSchema) },
    ...scores.map((score) => ({ steps: score.steps, blocks: score.blocks, inputs: 'any' as const })),
  ];
  return all.flatMap((score) => {
    const shapes = new OutputShapes(score.blocks ?? [], bundle.roles, tools);
    return viewSteps(listsOf(score), score.inputs, shapes)
      .filter(({ step }) => step.id === id)
      .map(({ view }) => stepScope(view));
  });
}

interface Viewed {
  readonly steps: readonly BundleStep[];
  readonly blocks: readonly BundleBlock[] | undefined;
  readonly inputs: Shape;
}

/** Each list behind those that execute it. The blocks of a bundle execute nothing in a circle. */
function listsOf({ steps, blocks = [] }: Viewed): readonly StepList<BundleStep>[] {
  const ordered = new Set<BundleBlock>();
  const visit = (list: readonly BundleStep[]): void => {
    for (const { block: name } of list.flatMap(blocksOf)) {
      const block = blocks.find((one) => one.name === name);
      if (block === undefined || ordered.has(block)) continue;
      visit(block.steps);
      ordered.add(block);
    }
  };
  visit(steps);
  const lists = [...ordered].map((block) => ({ block: block.name, steps: block.steps }));
  return [{ block: null, steps }, ...lists.toReversed()];
}

function toolsOf({ tools = [] }: Bundle): ReadonlyMap<string, ToolSchemas> {
  const own = tools.map(({ name, source, inputSchema, outputSchema }): [string, ToolSchemas] => [
    name,
    source.type === 'builtin'
      ? builtinSchemas[source.name]
      : {
          ...(inputSchema === undefined ? {} : { input: inputSchema }),
          ...(outputSchema === undefined ? {} : { output: outputSchema }),
        },
  ]);
  return new Map([...toolSchemas([]), ...own]);
}

import type { Score, Step } from '../generated/resources.ts';

export interface PlacedStep {
  /** `spec.steps[0]` or `spec.blocks[1].steps[0]`. */
  readonly path: string;
  readonly step: Step;
}

/** All steps of a Score, those of its blocks too. */
export function stepsOf({ spec: { steps, blocks = [] } }: Score): readonly PlacedStep[] {
  return [
    ...placed(steps, 'spec.steps'),
    ...blocks.flatMap((block, index) => placed(block.steps, `spec.blocks[${index}].steps`)),
  ];
}

function placed(steps: readonly Step[], path: string): readonly PlacedStep[] {
  return steps.map((step, index) => ({ path: `${path}[${index}]`, step }));
}

/** A place where a step names a block, from the step itself. */
export interface BlockUse {
  readonly field: string;
  readonly block: string;
}

/** What of a step decides what others see of it, and which blocks it executes: in a manifest and in a bundle alike. */
export interface ShapedStep extends Pick<Step, 'id' | 'role' | 'tool' | 'when' | 'outputSchema'> {
  readonly approval?: unknown;
  readonly until?: unknown;
  readonly parallel?: { readonly branches: readonly { readonly name: string; readonly block: string }[] };
  readonly forEach?: { readonly block: string };
}

export function blocksOf({ parallel, forEach }: Pick<ShapedStep, 'parallel' | 'forEach'>): readonly BlockUse[] {
  return [
    ...(parallel?.branches ?? []).map(({ block }, index) => ({ field: `parallel.branches[${index}].block`, block })),
    ...(forEach === undefined ? [] : [{ field: 'forEach.block', block: forEach.block }]),
  ];
}

import type { OutputShapes } from './output-shapes.ts';
import { commonView, endedShape, type StepView } from './scopes.ts';
import type { Members, Shape } from './shapes.ts';
import { blocksOf, type ShapedStep } from './steps.ts';

/** A list of steps: those of a Score, or of one of its blocks. */
export interface StepList<S extends ShapedStep> {
  /** Null for the Score itself. */
  readonly block: string | null;
  readonly steps: readonly S[];
}

/** A step in its list, and what it sees: before it is begun, while it is executed, and of what it came to. */
export interface ViewedStep<S extends ShapedStep, L extends StepList<S> = StepList<S>> {
  readonly list: L;
  readonly index: number;
  readonly step: S;
  readonly before: StepView;
  readonly view: StepView;
  readonly output: Shape;
}

/** What each step of these lists sees. Blocks come after the steps that execute them, so that it is known what they see. */
export function viewSteps<S extends ShapedStep, L extends StepList<S>>(
  lists: readonly (L & StepList<S>)[],
  inputs: Shape,
  shapes: OutputShapes,
): readonly ViewedStep<S, L>[] {
  const start: StepView = { inputs, steps: new Map(), values: {} };
  const seen = new Map<string, StepView[]>();
  return lists.flatMap((list) => {
    const around = (list.block === null ? undefined : commonView(seen.get(list.block) ?? [])) ?? start;
    const ended = new Map(around.steps);
    return list.steps.map((step, index) => {
      const output = shapes.of(step);
      const before = { ...around, steps: new Map(ended) };
      const view = step.until === undefined ? before : withValues(before, { iteration: 'a number', previous: 'any' });
      const inside = step.forEach === undefined ? view : withValues(view, { item: 'any', index: 'a number' });
      for (const { block } of blocksOf(step)) seen.set(block, [...(seen.get(block) ?? []), inside]);
      ended.set(step.id, endedShape(output));
      return { list, index, step, before, view, output };
    });
  });
}

function withValues(view: StepView, values: Members): StepView {
  return { ...view, values: { ...view.values, ...values } };
}

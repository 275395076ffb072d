import type { BundleBlock, BundleStep, JsonObject, JsonValue } from '#crds';
import type { Budget } from '../call/budget.ts';
import type { Run } from '../call/run.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What a list of steps is executed in: the Score of a Session, a Score called by a step, or a branch of a block. */
export interface Place {
  readonly run: Run;
  /** Of what is around the steps, with its attempts: empty for the Score of the Session, else `fan#1~1/left`. */
  readonly path: string;
  /** What expressions see beside `steps`: `inputs`, and within blocks and loops what these add. */
  readonly values: JsonObject;
  /** Steps that have finished, of this list and of those around it, as expressions see them. */
  readonly steps: SeenSteps;
  /** What `parallel` and `forEach` refer to. */
  readonly blocks: readonly BundleBlock[];
  /** Of a call that is made here. */
  readonly depth: number;
  readonly workspace: Workspace;
  readonly budget: Budget;
  readonly signal: AbortSignal;
}

/** A step that has finished: `{output, status}`, without an output where it was skipped. */
export type SeenSteps = { readonly [id: string]: JsonObject };

/** Executes steps in order and gives the output of the last that was not skipped: passed to those that steps contain. */
export type RunSteps = (steps: readonly BundleStep[], place: Place) => Promise<JsonValue>;

/** Where the Score of a Session is executed. */
export function sessionPlace(run: Run, signal: AbortSignal): Place {
  const { inputs, blocks = [] } = run.bundle;
  const { workspace, budget } = run;
  return { run, path: '', values: { inputs }, steps: {}, blocks, depth: 1, workspace, budget, signal };
}

/** What an expression of a step sees. */
export function scopeOf({ values, steps }: Place): JsonObject {
  return { ...values, steps };
}

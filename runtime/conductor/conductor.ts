import type { BundleRole, BundleStep, JsonObject, JsonValue } from '#crds';
import type { Amounts, ErrorBody } from '../journal/record.ts';

/**
 * Governs between steps, never calls a model. What it says is recorded where it applies, so that a resume and a replay
 * take it from there: live it decides, in a replay the journal does.
 */
export interface Conductor {
  /** What a step is to do in this iteration. Throws `Aborted`, and what parks the Session. */
  before(view: StepView): Promise<Orders>;
  /** Whether a step that ended is to be executed again. Throws as `before`. */
  after(view: StepView, ended: StepEnd): Promise<{ readonly retry: boolean }>;
  /** A role as it is at a path of the Session: as the Band has it, with the patches that were applied before. */
  roleAt(role: BundleRole, path: string): BundleRole;
  /** Why a role or tool may not be called at a path, null where it may. */
  disabledAt(name: string, path: string): string | null;
}

export type Orders =
  | { readonly kind: 'go'; readonly step: BundleStep }
  | { readonly kind: 'skip'; readonly reason: string };

/** What rules and heuristics look at. */
export interface StepView {
  /** With its iteration, without an attempt: `review#1`. */
  readonly path: string;
  readonly step: BundleStep;
  readonly iteration: number;
  /** As expressions of the step see them: `inputs`, `steps`, and what a block adds. */
  readonly scope: JsonObject;
  /** Of what limits the step, as it is at this point: it depends on what else is at work. */
  readonly usage: Amounts;
}

export interface StepEnd {
  /** With its last attempt. */
  readonly path: string;
  readonly status: 'succeeded' | 'failed';
  readonly output: JsonValue;
  readonly error: ErrorBody | null;
}

import type { BundleAdjustment, BundleStep, Digest } from '#crds';
import { stablePath } from '../call/path.ts';
import type { RecordBodies } from '../journal/record.ts';

export interface Revert {
  readonly op: 'revert';
  readonly reverts: string;
}

/** What a Conductor does, as records hold it: a suggestion that was applied stands there as itself. */
export type Change = BundleAdjustment | Revert;

/** An adjustment that is on record. */
export interface Adjusted extends Pick<
  RecordBodies['conductor.adjusted'],
  'id' | 'status' | 'origin' | 'by' | 'reason'
> {
  /** Of its record. */
  readonly seq: number;
  /** The iteration before which it was applied, or the attempt after which: `review#1`, `review#1~1`. */
  readonly place: string;
  readonly change: Change;
  readonly digest: Digest;
}

/** Whether a name in an adjustment means a step in this execution: its id, or the path of the execution. */
export function meansStep(name: string | undefined, { id }: BundleStep, path: string): boolean {
  return name !== undefined && (name === id || name === stablePath(path));
}

/** A change with what it is about: where it names nothing, it is about the step at hand, or that step's role. */
export function aimed(change: BundleAdjustment, step: BundleStep): BundleAdjustment {
  const { op, patch } = change;
  if (change.step !== undefined || change.role !== undefined || change.tool !== undefined) return change;
  if (op === 'pause' || op === 'abort' || op === 'suggest') return change;
  if (op !== 'patch') return { ...change, step: step.id };
  const ofRole = ['prompt', 'instructions', 'model', 'params'].some((key) => Object.hasOwn(patch ?? {}, key));
  const ofStep = ['task', 'input'].some((key) => Object.hasOwn(patch ?? {}, key));
  return {
    ...change,
    ...(ofStep ? { step: step.id } : {}),
    ...(ofRole && step.role !== undefined ? { role: step.role } : {}),
  };
}

/** Whether a change holds until it is taken back, rather than for one execution. */
export function isLasting({ op }: Change): boolean {
  return op === 'patch' || op === 'enable' || op === 'disable' || op === 'suggest';
}

import type { BundleAdjustment, BundleRole, BundleStep } from '#crds';
import { meansStep, type Adjusted } from './adjusted.ts';
import { inOrder, reaches } from './order.ts';

/** An adjustment that counts, and what it changes. */
export interface InEffect {
  readonly from: Adjusted;
  readonly change: BundleAdjustment;
}

/** The adjustments on record that came before a path on the way there, those reverted and only suggested included. */
export function seenAt(
  all: readonly Adjusted[],
  path: string,
  isLeft: (branch: string) => boolean,
): readonly Adjusted[] {
  if (all.length === 0) return all;
  return all.filter(({ place }) => reaches(place, path, isLeft)).toSorted(inOrder);
}

/** Ids that were taken back. A revert can be reverted as well, which brings back what it took. */
export function reverted(seen: readonly Adjusted[]): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const { id, status, change } of seen.toReversed()) {
    if (status === 'applied' && change.op === 'revert' && !taken.has(id)) taken.add(change.reverts);
  }
  return taken;
}

/** Those of them that count, in order. */
export function inEffect(seen: readonly Adjusted[]): readonly InEffect[] {
  if (seen.length === 0) return [];
  const done = new Set(reverted(seen));
  return seen.flatMap((from) => {
    const { id, status, change } = from;
    if (status === 'suggested' || change.op === 'revert' || done.has(id)) return [];
    // What several branches applied is one adjustment once they have joined.
    done.add(id);
    return [{ from, change }];
  });
}

/** Whether a role, tool or step was disabled last, and by which adjustment; null where it may be used. */
export function disabling(effects: readonly InEffect[], means: (change: BundleAdjustment) => boolean): Adjusted | null {
  const last = effects.findLast(({ change }) => (change.op === 'disable' || change.op === 'enable') && means(change));
  return last?.change.op === 'disable' ? last.from : null;
}

/** The patches of a role, in order. */
export function patchesOfRole(effects: readonly InEffect[], { name }: BundleRole): readonly BundleAdjustment[] {
  return effects.flatMap(({ change }) => (change.op === 'patch' && change.role === name ? [change] : []));
}

/** The patches of a step, in order. */
export function patchesOfStep(
  effects: readonly InEffect[],
  step: BundleStep,
  path: string,
): readonly BundleAdjustment[] {
  return effects.flatMap(({ change }) => (change.op === 'patch' && meansStep(change.step, step, path) ? [change] : []));
}

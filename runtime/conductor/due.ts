import type { BundleAdjustment } from '#crds';
import { aimed, meansStep, type Adjusted, type Change } from './adjusted.ts';
import { reverted } from './adjustments.ts';
import type { Hook } from './hook.ts';
import type { Wish } from './received.ts';

/** What a person wants, as it is applied here. */
export interface DueWish {
  readonly id: string;
  readonly seq: number;
  readonly by: string;
  readonly change: Change;
  readonly reason: string;
}

/**
 * The first wish that has to be applied at a hook: one that this branch has not seen applied, and that nobody took back
 * before. A skip waits for the start of what it names, a retry for its end, and a suggestion for the branch to have it.
 */
export function nextWish(wishes: readonly Wish[], seen: readonly Adjusted[], hook: Hook): DueWish | null {
  if (wishes.length === 0) return null;
  const applied = new Set(seen.map(({ id }) => id));
  const taken = reverted(seen);
  for (const wish of wishes) {
    if (applied.has(wish.id) || taken.has(wish.id)) continue;
    const due = dueAt(wish, seen, hook);
    if (due !== null) return due;
  }
  return null;
}

function dueAt({ id, seq, by, adjust }: Wish, seen: readonly Adjusted[], hook: Hook): DueWish | null {
  if (adjust.op === 'revert') return { id, seq, by, change: adjust, reason: `takes back ${adjust.reverts}` };
  if (adjust.op !== 'apply') return at(adjust, adjust.reason ?? '');
  const suggested = seen.findLast((one) => one.id === adjust.applies && one.status === 'suggested');
  return suggested === undefined || suggested.change.op === 'revert'
    ? null
    : at(suggested.change, `applies ${adjust.applies}`);

  function at(wanted: BundleAdjustment, reason: string): DueWish | null {
    const change = aimed(wanted, hook.view.step);
    return isFor(change, hook) ? { id, seq, by, change, reason } : null;
  }
}

/** Whether a change can be applied here: some are for the start or the end of the step that they name. */
export function isFor({ op, step }: BundleAdjustment, { phase, view }: Hook): boolean {
  const isHere = meansStep(step, view.step, view.path);
  switch (op) {
    case 'skip':
      return phase === 'before' && isHere;
    case 'retry':
      return phase === 'after' && isHere;
    case 'pause':
    case 'abort':
      return step === undefined || isHere;
    default:
      return true;
  }
}

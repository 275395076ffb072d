import type { Bundle, BundleAdjustment } from '#crds';
import { stablePath } from '../call/path.ts';
import type { Refusal } from '../inbox/refusal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { firstId, idsWithin } from './bundle-steps.ts';

/**
 * Why a change of a step comes too late, null where it may still count: the Session has gone on to a later step, or the
 * execution that was to be skipped has begun. Steps of the Score come one after another and never again.
 */
export function tooLate(
  { op, step: name }: BundleAdjustment,
  bundle: Bundle,
  records: readonly JournalRecord[],
): Refusal | null {
  if (name === undefined) return null;
  const begun = new Set(records.filter(isBegin).map(({ path }) => stablePath(path)));
  const at = bundle.steps.findLastIndex(({ id }) => begun.has(`${id}#1`));
  const current = bundle.steps[at];
  const places = bundle.steps.flatMap((step, index) => (isIn(name, step.id, idsWithin(step, bundle)) ? [index] : []));
  if (current !== undefined && places.length > 0 && places.every((index) => index < at))
    return passed(name, `the Session is at ${current.id}`);
  if (op !== 'skip') return null;
  const once = current?.id === name && current.until === undefined;
  return begun.has(name) || (once && begun.has(`${name}#1`)) ? passed(name, 'it has begun') : null;
}

function isIn(name: string, id: string, within: ReadonlySet<string>): boolean {
  return firstId(name) === null ? within.has(name) : firstId(name) === id;
}

function isBegin({ type }: JournalRecord): boolean {
  return type === 'step.started' || type === 'step.skipped' || type === 'step.ended';
}

function passed(name: string, found: string): Refusal {
  return {
    what: `step ${name} is past that`,
    expected: 'a step that is still to come',
    found,
    remedy: 'What was done stays. `orket fork SESSION --at PATH` goes on from there in another way.',
  };
}

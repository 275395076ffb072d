import { didYouMean, type Bundle, type BundleAdjustment } from '#crds';
import type { Adjust } from '../inbox/inbox.ts';
import type { Refusal } from '../inbox/refusal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { lastId, stepsIn } from './bundle-steps.ts';
import { unfitPatch } from './unfit-patch.ts';
import { tooLate } from './too-late.ts';

/**
 * Why an adjustment that a person asks for could change nothing, null where it may: it names what is not there, sets what
 * cannot be set, takes back what nobody did, or comes too late.
 */
export function adjustRefusal(adjust: Adjust, bundle: Bundle, records: readonly JournalRecord[]): Refusal | null {
  if (adjust.op === 'revert') return unknownId(adjust.reverts, records) ?? tookBack(adjust.reverts, records);
  if (adjust.op === 'apply') return notSuggested(adjust.applies, records);
  return unknownName(adjust, bundle) ?? unfitPatch(adjust, bundle) ?? tooLate(adjust, bundle, records);
}

function unknownName({ step, role, tool }: BundleAdjustment, bundle: Bundle): Refusal | null {
  const kinds = [
    ['step', step === undefined ? undefined : lastId(step), stepsIn(bundle).map(({ id }) => id)],
    ['role', role, bundle.roles.map(({ name }) => name)],
    ['tool', tool, (bundle.tools ?? []).map(({ name }) => name)],
  ] as const;
  for (const [kind, name, known] of kinds) {
    if (name === undefined || known.includes(name)) continue;
    const names = [...new Set(known)].toSorted();
    return {
      what: `there is no ${kind} ${JSON.stringify(name)}`,
      expected: names.length === 0 ? `a ${kind}; there is none` : `one of ${names.join(', ')}`,
      found: JSON.stringify(name),
      remedy: `${didYouMean(name, names)} \`orket tree SESSION\` shows what there is.`.trim(),
    };
  }
  return null;
}

/** What people can name: what was applied or suggested, and what somebody asked for that was not applied yet. */
function unknownId(id: string, records: readonly JournalRecord[]): Refusal | null {
  const isKnown = records.some(
    (record) =>
      (record.type === 'conductor.adjusted' && record.body.id === id) ||
      (record.type === 'input.received' &&
        record.body.kind === 'adjustment' &&
        record.body.refused === null &&
        record.body.id === id),
  );
  return isKnown ? null : noSuch(id, 'the id of an adjustment', records);
}

/** Reverts name what they take back in their records alone, whose values are held elsewhere where they are large. */
function tookBack(id: string, records: readonly JournalRecord[]): Refusal | null {
  const revert = records.find(
    (record) => record.type === 'conductor.adjusted' && record.body.op === 'revert' && revertsOf(record) === id,
  );
  if (revert?.type !== 'conductor.adjusted') return null;
  return {
    what: `${id} was taken back already`,
    expected: 'an adjustment that holds',
    found: `${revert.body.id} by ${revert.body.by}`,
    remedy: `Revert ${revert.body.id} to have it again.`,
  };
}

function revertsOf({ body }: JournalRecord<'conductor.adjusted'>): string {
  const value = body.value !== null && 'value' in body.value ? body.value.value : null;
  const reverts = typeof value === 'object' && value !== null && 'reverts' in value ? value['reverts'] : '';
  return typeof reverts === 'string' ? reverts : '';
}

function notSuggested(id: string, records: readonly JournalRecord[]): Refusal | null {
  const found = records.filter((record) => record.type === 'conductor.adjusted' && record.body.id === id);
  return found.some(({ type, body }) => type === 'conductor.adjusted' && body.status === 'suggested')
    ? null
    : noSuch(id, 'the id of a suggestion', records);
}

function noSuch(id: string, expected: string, records: readonly JournalRecord[]): Refusal {
  const suggestions = expected.endsWith('suggestion');
  const ids = records.flatMap((record) =>
    record.type === 'conductor.adjusted' && (!suggestions || record.body.status === 'suggested')
      ? [record.body.id]
      : [],
  );
  const known = [...new Set(ids)];
  return {
    what: `there is no ${suggestions ? 'suggestion' : 'adjustment'} ${id}`,
    expected: known.length === 0 ? `${expected}; there is none` : `${expected}: ${known.join(', ')}`,
    found: id,
    remedy: `${didYouMean(id, known)} \`orket events SESSION\` shows each with its id.`.trim(),
  };
}

import type { BundleHeuristics } from '#crds';
import type { Signals } from '../semantics/semantics.ts';
import type { Proposal } from './rules.ts';

/**
 * What heuristics say once a step has ended: a signal that reaches its number is a reason to have a look. Where
 * adjustments are applied by themselves the Session pauses for that, unless a rule has an `answer` already.
 */
export function judgeHeuristics(
  heuristics: BundleHeuristics,
  signals: Signals,
  answered: boolean,
): readonly Proposal[] {
  if (answered) return [];
  return kinds.flatMap((by): readonly Proposal[] => {
    const limit = heuristics[by];
    if (limit === undefined || signals[by] < limit) return [];
    return [{ origin: 'heuristic', by, change: { op: 'pause' }, reason: reasons[by](signals[by]) }];
  });
}

const kinds = ['schemaFailures', 'identicalCalls', 'stagnation', 'tokenFactor'] as const;

const reasons: { readonly [K in (typeof kinds)[number]]: (seen: number) => string } = {
  schemaFailures: (seen) => `${seen} answers in a row could not be used`,
  identicalCalls: (seen) => `${seen} calls of one conversation were alike`,
  stagnation: (seen) => `${seen} times in a row neither output nor files changed`,
  tokenFactor: (seen) => `${seen.toFixed(1)} times the tokens that this step usually takes`,
};

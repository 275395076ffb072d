import {
  compileExpression,
  digestOf,
  evaluateCondition,
  Fuel,
  OrketError,
  type BundleRule,
  type Expression,
  type FuelTable,
  type JsonObject,
  type JsonValue,
} from '#crds';
import type { CallKind, MatchedRule, Risk } from '../journal/record.ts';

/** What a rule may look at, under the name `call`. */
export interface CallFacts {
  readonly name: string;
  readonly kind: CallKind;
  /** The calling role, empty for a step. */
  readonly role: string;
  readonly risk: Risk;
  readonly input: JsonValue;
  readonly depth: number;
  readonly step: string;
  readonly tags: readonly string[];
}

/** What a rule may look at beside the call: `usage` is what was used so far, `session` what is known of the Session. */
export interface Around {
  readonly usage: JsonObject;
  readonly session: JsonObject;
}

export interface Verdict {
  readonly verdict: 'allow' | 'deny' | 'approve';
  /** `Default` where no rule decided, else what decided. */
  readonly reason: 'Default' | 'RuleAllows' | 'RuleAsks' | 'RuleDenies' | 'RuleFailed';
  /** The rules that matched, in the order of the bundle. */
  readonly rules: readonly MatchedRule[];
  /** How the rule that decides is called to those who read of it: by its name, else by its place from 1, a live one by its digest. */
  readonly decidedBy: string | null;
  /** The rules that ask for approval, for whom they ask. */
  readonly asking: readonly BundleRule[];
}

/** Rules of a bundle, or of live Policies, ready to judge. */
export type Policies = readonly Rule[];

interface Rule {
  readonly label: string;
  readonly match: Expression;
  readonly rule: BundleRule;
  readonly as: MatchedRule;
}

/** Compiles rules. Throws `InvalidExpression`. */
export function compilePolicies(rules: readonly BundleRule[], source: 'bundle' | 'live' = 'bundle'): Policies {
  return rules.map((rule, index) => {
    const { name, match, action } = rule;
    const as: MatchedRule = { digest: digestOf({ ...rule }), action, source, ...(name === undefined ? {} : { name }) };
    const label = name ?? (source === 'live' ? labelOfLive(as) : `${index + 1}`);
    return { label, match: compileExpression(match), rule, as };
  });
}

/** A live rule has no place that a record holds: without a name it is called by the beginning of its digest. */
export function labelOfLive({ digest }: Pick<MatchedRule, 'digest'>): string {
  return digest.slice('sha256:'.length).slice(0, 12);
}

/**
 * Whether a pinned rule looks at what a replay cannot compute again. A live one that decides anything is recorded for
 * that alone.
 */
export function looksAround(policies: Policies): boolean {
  return policies.some(
    ({ match, as }) => as.source === 'bundle' && match.variables.some(({ name }) => name === 'usage'),
  );
}

const strictness = { allow: 0, approve: 1, deny: 2 } as const;

/**
 * Decides a call: the strictest rule that matches wins. A rule that cannot be evaluated allows nothing; one that was to
 * deny or to ask does so. A live rule can only tighten. Pure: `byDefault` is the verdict of this risk without a rule.
 */
export function judge(
  policies: Policies,
  call: CallFacts,
  around: Around,
  byDefault: Verdict,
  fuel: FuelTable,
): Verdict {
  const scope: JsonObject = { call: { ...call, tags: [...call.tags] }, usage: around.usage, session: around.session };
  const matched: (Rule & { readonly failed: boolean })[] = [];
  for (const rule of policies) {
    const match = matches(rule.match, scope, fuel);
    if (rule.as.source === 'live' && rule.as.action === 'allow') continue;
    if (match === true || (match === null && rule.as.action !== 'allow')) {
      matched.push({ ...rule, failed: match === null });
    }
  }
  const strictest = matched.toSorted((a, b) => strictness[b.as.action] - strictness[a.as.action])[0];
  if (strictest === undefined) return byDefault;
  const pinned = matched.some(({ as }) => as.source === 'bundle');
  const verdict = !pinned ? stricter(strictest.as.action, byDefault.verdict) : strictest.as.action;
  return {
    verdict,
    reason: reasonOf(
      verdict,
      matched.some(({ failed, as }) => failed && as.action === verdict),
    ),
    rules: matched.map(({ as }) => as),
    decidedBy: strictest.label,
    asking: matched.flatMap(({ rule }) => (rule.action === 'approve' ? [rule] : [])),
  };
}

function stricter(a: Verdict['verdict'], b: Verdict['verdict']): Verdict['verdict'] {
  return strictness[a] >= strictness[b] ? a : b;
}

function reasonOf(verdict: Verdict['verdict'], failed: boolean): Verdict['reason'] {
  if (failed) return 'RuleFailed';
  switch (verdict) {
    case 'allow':
      return 'RuleAllows';
    case 'approve':
      return 'RuleAsks';
    case 'deny':
      return 'RuleDenies';
  }
}

/** Whether a verdict has to be recorded: wherever it is not what would have been without rules. */
export function differs(verdict: Verdict, byDefault: Verdict): boolean {
  return verdict.verdict !== byDefault.verdict || (verdict.verdict !== 'allow' && verdict.reason !== 'Default');
}

/** Null where the rule runs out of fuel or meets a value that it was not written for. */
function matches(match: Expression, scope: JsonObject, fuel: FuelTable): boolean | null {
  try {
    return evaluateCondition(match, scope, new Fuel(fuel));
  } catch (error) {
    if (error instanceof OrketError && (error.reason === 'EvaluationFailed' || error.reason === 'FuelExhausted'))
      return null;
    throw error;
  }
}

import {
  compileExpression,
  digestOf,
  evaluateCondition,
  Fuel,
  OrketError,
  type BundleRule,
  type Expression,
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
}

export interface Verdict {
  readonly verdict: 'allow' | 'deny';
  /** `Default` where no rule decided, `NeedsApproval` where a rule would have to, else what decided. */
  readonly reason: 'Default' | 'NeedsApproval' | 'RuleAllows' | 'RuleDenies' | 'RuleFailed';
  /** The rules that matched, in the order of the bundle. */
  readonly rules: readonly MatchedRule[];
  /** How the rule that denies is called to those who read of it: by its name, else by its place from 1. */
  readonly deniedBy: string | null;
}

export type Policies = readonly Rule[];

interface Rule {
  readonly label: string;
  readonly match: Expression;
  readonly action: 'allow' | 'deny';
  readonly as: MatchedRule;
}

/** Compiles the rules of a bundle. Throws `InvalidExpression`. */
export function compilePolicies(rules: readonly BundleRule[]): Policies {
  return rules.map((rule, index) => {
    const { name, match } = rule;
    const action = rule.action === 'approve' ? 'deny' : rule.action;
    const as: MatchedRule = {
      digest: digestOf({ ...rule }),
      action,
      source: 'bundle',
      ...(name === undefined ? {} : { name }),
    };
    return { label: name ?? `${index + 1}`, match: compileExpression(match), action, as };
  });
}

/**
 * Decides a call: the strictest rule that matches wins. A rule that cannot be evaluated allows nothing, and denies where
 * it was to deny. Pure: `byDefault` is the verdict of this risk where no rule matches.
 */
export function judge(policies: Policies, call: CallFacts, byDefault: Verdict): Verdict {
  const scope: JsonObject = { call: { ...call } };
  const rules: MatchedRule[] = [];
  let failed = false;
  let deniedBy: string | null = null;
  for (const { label, match, action, as } of policies) {
    const matched = matches(match, scope);
    failed ||= matched === null && action === 'deny';
    if (matched === true || (matched === null && action === 'deny')) rules.push(as);
    if (action === 'deny' && rules.at(-1) === as) deniedBy ??= label;
  }
  if (deniedBy !== null) return { verdict: 'deny', reason: failed ? 'RuleFailed' : 'RuleDenies', rules, deniedBy };
  return rules.length > 0 ? { verdict: 'allow', reason: 'RuleAllows', rules, deniedBy } : byDefault;
}

/** Whether a verdict has to be recorded: wherever it is not what would have been without rules. */
export function differs(verdict: Verdict, byDefault: Verdict): boolean {
  return verdict.verdict !== byDefault.verdict || verdict.reason === 'RuleDenies' || verdict.reason === 'RuleFailed';
}

/** Null where the rule runs out of fuel or meets a value that it was not written for. */
function matches(match: Expression, scope: JsonObject): boolean | null {
  try {
    return evaluateCondition(match, scope, new Fuel());
  } catch (error) {
    if (error instanceof OrketError && (error.reason === 'EvaluationFailed' || error.reason === 'FuelExhausted'))
      return null;
    throw error;
  }
}

import {
  compileExpression,
  evaluateCondition,
  Fuel,
  OrketError,
  type BundleRule,
  type Expression,
  type JsonObject,
  type JsonValue,
} from '#crds';
import type { CallKind, Draft, Risk } from '../journal/record.ts';
import type { Callable } from './callable.ts';
import { attemptPath } from './path.ts';
import type { CallSite } from './run.ts';

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
  /** The rules that matched, by their place in the bundle. */
  readonly rules: readonly { readonly index: number; readonly action: 'allow' | 'deny' }[];
}

export type Policies = readonly Rule[];

interface Rule {
  readonly name: string | null;
  readonly match: Expression;
  readonly action: 'allow' | 'deny';
}

/** Compiles the rules of a bundle. Throws `InvalidExpression`. */
export function compilePolicies(rules: readonly BundleRule[]): Policies {
  return rules.map(({ name, match, action }) => ({ name: name ?? null, match: compileExpression(match), action }));
}

/**
 * Decides a call: the strictest rule that matches wins. A rule that cannot be evaluated allows nothing, and denies where
 * it was to deny. Pure: `byDefault` is the verdict of this risk where no rule matches.
 */
export function judge(policies: Policies, call: CallFacts, byDefault: Verdict): Verdict {
  const scope: JsonObject = { call: { ...call } };
  const rules: { readonly index: number; readonly action: 'allow' | 'deny' }[] = [];
  let failed = false;
  for (const [index, { match, action }] of policies.entries()) {
    const matched = matches(match, scope);
    failed ||= matched === null && action === 'deny';
    if (matched === true || (matched === null && action === 'deny')) rules.push({ index, action });
  }
  if (failed) return { verdict: 'deny', reason: 'RuleFailed', rules };
  if (rules.some(({ action }) => action === 'deny')) return { verdict: 'deny', reason: 'RuleDenies', rules };
  return rules.length > 0 ? { verdict: 'allow', reason: 'RuleAllows', rules } : byDefault;
}

/**
 * Classifies a call by its risk and has the Policies decide it; a verdict that is not the default is recorded. Throws
 * `CallDenied` or `NeedsApproval`.
 */
export async function checkPolicy(callable: Callable, input: JsonValue, site: CallSite): Promise<void> {
  const { name, kind, risk } = callable;
  const { run, role, depth, step, path } = site;
  const byDefault = run.semantics.verdictByDefault(risk);
  const found = judge(run.policies, { name, kind, role: role ?? '', risk, input, depth, step }, byDefault);
  if (differs(found, byDefault)) {
    const { verdict, rules, reason } = found;
    const at = attemptPath(path, 1);
    const make = async (): Promise<Draft<'policy.decided'>> => {
      return { type: 'policy.decided', path: at, body: { verdict, risk, rules, reason } };
    };
    await run.trail.once({ type: 'policy.decided', path: at, make });
  }
  if (found.verdict === 'allow') return;
  const reason = found.reason === 'NeedsApproval' ? 'NeedsApproval' : 'CallDenied';
  const rule = found.rules.find(({ action }) => action === 'deny')?.index ?? 0;
  throw new OrketError(
    reason,
    run.semantics.messages.denied(found.reason, risk, run.policies[rule]?.name ?? `${rule + 1}`),
  );
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

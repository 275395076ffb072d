import {
  compileExpression,
  evaluateCondition,
  Fuel,
  type FuelTable,
  OrketError,
  type BundleAdjustment,
  type BundleConductorRule,
  type Expression,
  type JsonObject,
} from '#crds';

/** What a rule or a heuristic would have done. */
export interface Proposal {
  readonly origin: 'rule' | 'heuristic';
  /** Its name. */
  readonly by: string;
  readonly change: BundleAdjustment;
  readonly reason: string;
}

/** A rule that was parsed. */
export interface Rule {
  readonly name: string;
  readonly phase: 'before' | 'after';
  readonly when: Expression;
  readonly adjust: BundleAdjustment;
}

/** Compiles the rules of a bundle. Throws `InvalidExpression`. */
export function compileRules(rules: readonly BundleConductorRule[]): readonly Rule[] {
  return rules.map(({ name, phase = 'after', when, adjust }) => ({
    name,
    phase,
    when: compileExpression(when),
    adjust,
  }));
}

/** Whether one of them looks at a variable of the view. */
export function looksAt(rules: readonly Rule[], variable: string): boolean {
  return rules.some(({ when }) => when.variables.some(({ name }) => name === variable));
}

/**
 * What rules say to a view, in their order. One that cannot be evaluated does nothing and says so: it suggests to
 * look at it, and why.
 */
export function judgeRules(rules: readonly Rule[], view: JsonObject, fuel: FuelTable): readonly Proposal[] {
  return rules.flatMap(({ name: by, when, adjust }): readonly Proposal[] => {
    try {
      if (!evaluateCondition(when, view, new Fuel(fuel))) return [];
      return [{ origin: 'rule', by, change: adjust, reason: adjust.reason ?? '' }];
    } catch (error) {
      if (!(error instanceof OrketError)) throw error;
      const change = { op: 'suggest', reason: `the rule could not be evaluated: ${error.reason}` } as const;
      return [{ origin: 'rule', by, change, reason: error.message.slice(0, 512).toWellFormed() }];
    }
  });
}

import type { Policy } from '../generated/resources.ts';
import { checkApprovers } from './approvers.ts';
import { toolNames } from './callables.ts';
import { checkTyped } from './expressions.ts';
import type { Closure } from './references.ts';
import type { Report } from './report.ts';
import { policyScope, type PolicyNames } from './scopes.ts';
import { stepsOf } from './steps.ts';

/**
 * Checks what the rules of a Policy match by, and that somebody can meet what they ask. Of names only those of the Flows
 * that it applies to are known; there may be other Flows.
 */
export function checkPolicy(policy: Policy, report: Report, flows: readonly Closure[] = []): void {
  const scope = policyScope(namesIn(flows));
  for (const [index, { match, approvers }] of policy.spec.rules.entries()) {
    checkTyped(policy, `spec.rules[${index}].match`, match, 'a boolean', scope, report);
    checkApprovers(policy, `spec.rules[${index}].approvers`, approvers, report);
  }
}

function namesIn(flows: readonly Closure[]): PolicyNames {
  const roles = flows.flatMap(({ band }) => band.spec.roles.map(({ name }) => name));
  return {
    flows: flows.map(({ flow }) => flow.metadata.name),
    roles,
    called: flows.length === 0 ? [] : [...roles, ...flows.flatMap(({ toolsets }) => toolNames(toolsets))],
    steps: flows.flatMap(({ score, scores }) => [score, ...scores].flatMap(stepsOf).map(({ step }) => step.id)),
  };
}

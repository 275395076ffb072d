import type { Policy } from '../generated/resources.ts';
import { checkApprovers } from './approvers.ts';
import { checkTyped } from './expressions.ts';
import type { Report } from './report.ts';
import { policyScope } from './scopes.ts';

/** Checks what the rules of a Policy match by, and that somebody can meet what they ask. */
export function checkPolicy(policy: Policy, report: Report): void {
  for (const [index, { match, approvers }] of policy.spec.rules.entries()) {
    checkTyped(policy, `spec.rules[${index}].match`, match, 'a boolean', policyScope, report);
    checkApprovers(policy, `spec.rules[${index}].approvers`, approvers, report);
  }
}

import type { Policy } from '../generated/resources.ts';
import { checkTyped } from './expressions.ts';
import type { Report } from './report.ts';
import { policyScope } from './scopes.ts';

/** Checks what the rules of a Policy match by. */
export function checkPolicy(policy: Policy, report: Report): void {
  for (const [index, { match }] of policy.spec.rules.entries()) {
    checkTyped(policy, `spec.rules[${index}].match`, match, 'a boolean', policyScope, report);
  }
}

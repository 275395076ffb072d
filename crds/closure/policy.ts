import type { Flow, Policy } from '../generated/resources.ts';
import { checkApprovers } from './approvers.ts';
import { toolNames } from './callables.ts';
import { checkTyped } from './expressions.ts';
import type { Closure } from './references.ts';
import type { Complaint, Report } from './report.ts';
import { policyScope, type PolicyNames } from './scopes.ts';
import { selects } from './selector.ts';
import { stepsOf } from './steps.ts';

/**
 * Checks what the rules of a Policy match by, and that somebody can meet what they ask. Of names only those of the Flows
 * that it applies to are known; there may be other Flows.
 */
export function checkPolicy(policy: Policy, report: Report, flows: readonly Closure[] = []): void {
  const scope = policyScope(namesIn(flows));
  const first = new Map<string, number>();
  for (const [index, { name, match, approvers }] of policy.spec.rules.entries()) {
    if (name !== undefined) {
      const earlier = first.get(name) ?? index;
      first.set(name, earlier);
      if (earlier < index) report.warn(policy, `spec.rules[${index}].name`, sameName(name, earlier));
    }
    checkTyped(policy, `spec.rules[${index}].match`, match, 'a boolean', scope, report);
    checkApprovers(policy, `spec.rules[${index}].approvers`, approvers, report);
  }
}

/** What stands at a gate, and in the journal, is the name. */
function sameName(name: string, earlier: number): Complaint {
  return {
    reason: 'Duplicate',
    message: `there are two rules ${JSON.stringify(name)}`,
    expected: 'each name of a rule once in a Policy',
    found: `another at spec.rules[${earlier}]`,
    remedy: 'Rename one of them: people who decide see only the name.',
  };
}

/** Says of a Policy that it takes none of these Flows, where there are any: it would be of no effect. */
export function checkTakes(policy: Policy, flows: readonly Flow[], report: Report): void {
  const { flowSelector } = policy.spec;
  if (flows.length === 0 || flows.some(({ metadata }) => selects(flowSelector, metadata.labels ?? {}))) return;
  report.warn(policy, 'spec.flowSelector', {
    reason: 'NoFlow',
    message: 'this Policy applies to none of the Flows here',
    expected: 'a Flow with the labels that it selects',
    found: flows.slice(0, 4).map(labelled).join('; '),
    remedy: 'Give the Flow these labels, or select those that it has; without a selector it applies to all.',
  });
}

function labelled({ metadata: { name, labels = {} } }: Flow): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `${name} with ${pairs.length === 0 ? 'no labels' : pairs.slice(0, 8).join(', ')}`;
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

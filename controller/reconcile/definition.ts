import { declarationDigest, type DiscoveredTool, type Instant, type Problem, type Toolset } from '#crds';
import { conditions, conditionStatus, readyClaims, sameStatus } from './conditions.ts';
import type { Action, Definition, DefinitionStatus, Plan, Refusal } from './plan.ts';

/** Whether a Band, Venue, Score, Toolset or Policy is right in itself, on its status and, where that changed, as an Event. */
export function reconcileDefinition(definition: Definition, problems: readonly Problem[], now: Instant): Plan {
  const { kind, metadata, status: before } = definition;
  const refusal = refusalOf(problems);
  const generation = metadata.generation ?? 1;
  const claims = readyClaims(refusal, `${kind} is valid`);
  const status: DefinitionStatus = {
    ...before,
    observedGeneration: generation,
    conditions: conditions(claims, before.conditions, generation, now),
    ...(definition.kind === 'Toolset' ? { tools: toolsOf(definition) } : {}),
  };
  if (sameStatus(before, status)) return { actions: [] };
  const actions: Action[] = [{ type: 'writeDefinitionStatus', definition, status }];
  if (refusal !== null && conditionStatus(before.conditions, 'Ready') !== 'False') {
    const about = { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
    const { reason, message } = refusal;
    actions.push({ type: 'event', about, event: { type: 'Warning', reason, action: 'Validate', message } });
  }
  return { actions };
}

/** What is declared is there: the digest is that of the declaration. */
function toolsOf(toolset: Toolset): readonly DiscoveredTool[] {
  return toolset.spec.tools.map((tool) => ({ name: tool.name, digest: declarationDigest(toolset, tool) }));
}

/** The first problem as the reason, all of them counted in the message. Null where there is none. */
export function refusalOf(problems: readonly Problem[]): Refusal | null {
  const [first, ...rest] = problems;
  if (first === undefined) return null;
  const place = first.path === '' ? '' : `${first.path}: `;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  const remedy = first.remedy === '' ? '' : `. ${first.remedy}`;
  return {
    reason: first.reason,
    message: `${place}${first.message}${remedy}${more}`,
    mayArrive: problems.every(({ reason }) => reason === 'ReferenceNotFound'),
  };
}

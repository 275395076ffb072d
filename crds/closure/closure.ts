import type { Flow, Resource } from '../generated/resources.ts';
import type { Problem } from '../problem.ts';
import { checkBand } from './band.ts';
import { toolNames } from './callables.ts';
import { checkConductor } from './conductor.ts';
import { checkFlow } from './flow.ts';
import { checkLimits } from './limits.ts';
import { checkPolicy, checkTakes } from './policy.ts';
import { resolveReferences, type Closure } from './references.ts';
import { Report } from './report.ts';
import { checkScore, checkScoreAlone } from './score.ts';
import { checkSession } from './session.ts';
import { checkToolset } from './toolset.ts';
import { checkVenue } from './venue.ts';

export interface Resolution {
  /** There only where nothing is wrong. */
  readonly closure?: Closure;
  readonly problems: readonly Problem[];
}

/**
 * Follows the references of a Flow among the resources of its namespace and checks what no API server can: that names
 * exist, expressions compile and see their variables, schemas are schemas, inputs fit them.
 */
export function resolveClosure(flow: Flow, resources: readonly Resource[]): Resolution {
  const report = new Report();
  const closure = checkFlowClosure(flow, resources, report);
  const { problems } = report;
  return closure === undefined || problems.length > 0 ? { problems } : { closure, problems };
}

export interface ClosureVerdict {
  readonly problems: readonly Problem[];
  /** What is not wrong and hardly meant. */
  readonly warnings: readonly Problem[];
}

/** The same for every Flow at once, and for the resources that no Flow uses as far as they can be judged alone. */
export function checkClosure(resources: readonly Resource[]): ClosureVerdict {
  const report = new Report();
  const inUse = new Set<Resource>();
  const closures: Closure[] = [];
  for (const resource of resources) {
    if (resource.kind !== 'Flow') continue;
    const closure = checkFlowClosure(resource, resources, report);
    if (closure === undefined) continue;
    closures.push(closure);
    [closure.band, closure.venue, closure.score, ...closure.scores, ...closure.toolsets].forEach((used) =>
      inUse.add(used),
    );
  }
  const flows = resources.filter((resource) => resource.kind === 'Flow');
  for (const resource of resources) {
    if (resource.kind === 'Policy') checkTakes(resource, flows, report);
    if (!inUse.has(resource)) checkAlone(resource, resources, closures, report);
  }
  const { problems, warnings } = report;
  return { problems, warnings };
}

function checkFlowClosure(flow: Flow, resources: readonly Resource[], report: Report): Closure | undefined {
  checkFlow(flow, report);
  const closure = resolveReferences(flow, resources, report);
  if (closure === undefined) return undefined;
  checkBand(closure.band, report, closure.toolsets);
  checkVenue(closure.venue, report);
  checkScore(closure, report);
  checkConductor(closure, report);
  checkLimits(closure, report);
  const offered = toolNames(closure.toolsets);
  for (const toolset of closure.toolsets) checkToolset(toolset, report, offered);
  for (const policy of closure.policies) checkPolicy(policy, report);
  return closure;
}

function checkAlone(
  resource: Resource,
  resources: readonly Resource[],
  closures: readonly Closure[],
  report: Report,
): void {
  switch (resource.kind) {
    case 'Band':
      return checkBand(resource, report);
    case 'Venue':
      return checkVenue(resource, report);
    case 'Score':
      return checkScoreAlone(resource, report);
    case 'Session':
      return checkSession(resource, resources, report);
    case 'Toolset':
      return checkToolset(resource, report);
    case 'Policy':
      return checkPolicy(
        resource,
        report,
        closures.filter(({ policies }) => policies.includes(resource)),
      );
    case 'Flow':
      return undefined;
  }
}

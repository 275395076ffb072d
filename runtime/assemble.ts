import { isJsonObject, type Bundle, type JsonObject } from '#crds';
import { allowanceOf, Budget } from './call/budget.ts';
import { compilePolicies } from './call/policy.ts';
import type { Run } from './call/run.ts';
import { callablesOf } from './callables.ts';
import { Governor } from './conductor/governor.ts';
import { Schemas } from './call/schema.ts';
import type { Started } from './opening.ts';
import { semanticsOf } from './semantics/semantics.ts';
import type { HostedWork } from './tools/host/hosts.ts';

/** A compiled schema is the same for every run of this process. */
const schemas = new Schemas();

/** What of a run is its own: a live one reaches out, a replay reaches only into its journal. */
export type RunParts = Pick<
  Run,
  | 'trail'
  | 'mask'
  | 'workspace'
  | 'provider'
  | 'state'
  | 'presence'
  | 'desk'
  | 'livePolicies'
  | 'signal'
  | 'clock'
  | 'sleep'
  | 'onDelta'
  | 'onLog'
  | 'onProgress'
> & {
  /** Has everything stop that is at work, because the Conductor pauses the Session. */
  readonly pause: () => void;
  /** Where the tools of others run. */
  readonly hosts: HostedWork;
};

/**
 * Puts a run together from its bundle: the registry of roles and tools, Policies and schemas, under the semantics that
 * the Session is pinned to. Throws `RuntimeUnsupported`, `InvalidExpression`, `InvalidManifest`.
 */
export function assembleRun(bundle: Bundle, started: Started, { pause, hosts, ...parts }: RunParts): Run {
  const { uid, seed, provenance, observed } = started;
  const semantics = semanticsOf(started.semantics);
  return {
    ...parts,
    uid,
    seed,
    bundle,
    semantics,
    registry: callablesOf(bundle, hosts, semantics),
    policies: compilePolicies(bundle.policyRules ?? []),
    schemas,
    conductor: new Governor({ bundle, semantics, trail: parts.trail, mask: parts.mask, observed, pause }),
    budget: new Budget('', allowanceOf(bundle.limits ?? {}), null, parts.trail.records),
    about: aboutOf(provenance),
  };
}

/** What rules may know of a Session. A name that nobody gave is empty. */
function aboutOf({ flow, session, requestedBy }: JsonObject): JsonObject {
  const name = isJsonObject(requestedBy) ? requestedBy['name'] : undefined;
  return { name: session ?? '', flow: flow ?? '', requester: name ?? '' };
}

import {
  bundleDigest,
  OrketError,
  placeOf,
  projectBundle,
  resolveClosure,
  toolCode,
  type Bundle,
  type Closure,
  type Digest,
  type Flow,
  type Instant,
  type JsonObject,
  type Problem,
  type Reason,
  type Resource,
} from '#crds';
import { refusalOf } from '../reconcile/definition.ts';
import type { ObservedClosure } from '../reconcile/observed-closure.ts';
import type { Definition, Refusal } from '../reconcile/plan.ts';

/** The bundle of a Flow, with a Session's inputs or without, or why there is none on a cluster. */
export type ClusterBundle =
  | { readonly state: 'resolved'; readonly digest: Digest; readonly bundle: Bundle }
  | ({ readonly state: 'refused' } & Refusal);

/** Resolves what a Flow refers to, as far as a cluster can run it. Pure. */
export function clusterBundle(flow: Flow, resources: readonly Resource[], inputs?: JsonObject): ClusterBundle {
  const { closure, problems } = resolveClosure(flow, resources);
  const refusal = closure === undefined ? refusalOf(problems) : clusterRefusal(closure);
  if (refusal !== null) return { state: 'refused', ...refusal };
  if (closure === undefined) throw new OrketError('Internal', 'a closure was refused without a problem');
  try {
    const bundle = projectBundle(closure, inputs === undefined ? {} : { inputs });
    return { state: 'resolved', digest: bundleDigest(bundle), bundle };
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    return { state: 'refused', reason: error.reason, message: error.message, mayArrive: false };
  }
}

/** What runs in a checkout and not on a cluster: model servers need keys, and a domain needs files that no pod has. */
function clusterRefusal({ flow, venue, toolsets }: Closure): Refusal | null {
  const { provider } = venue.spec;
  if (provider !== 'scripted') {
    const message = `Venue ${venue.metadata.name} has provider ${provider}: on a cluster only scripted is available. Run the Flow with orket run, or use a scripted Venue`;
    return { reason: 'ProviderNotAvailable', message, mayArrive: false };
  }
  const [unreachable] = toolsets.flatMap((toolset) => clusterProblems(toolset));
  if (unreachable !== undefined) return refusalOf([unreachable]);
  const { domain, references = [] } = flow.spec.workspace;
  if (domain !== undefined || references.length > 0) {
    const field = domain === undefined ? 'spec.workspace.references' : 'spec.workspace.domain.path';
    const message = `${field}: a folder of a checkout cannot be reached from a cluster. Remove it, or run the Flow with orket run`;
    return { reason: 'DomainNotReachable', message, mayArrive: false };
  }
  return null;
}

/** What keeps a definition that is right in itself from being used on a cluster: code that lies in a checkout. */
export function clusterProblems(definition: Definition): readonly Problem[] {
  if (definition.kind !== 'Toolset' || toolCode(definition) === undefined) return [];
  const { name } = definition.metadata;
  return [
    {
      stage: 'closure',
      reason: 'ToolsNotReachable' satisfies Reason,
      ...placeOf(definition, 'spec.path'),
      path: 'spec.path',
      message: `the code of Toolset ${name} lies in a checkout, which cannot be reached from a cluster`,
      expected: 'source builtin',
      found: definition.spec.source,
      remedy: 'Run the Flow with orket run, or use built-in tools.',
    },
  ];
}

interface Seen {
  /** Which versions of which objects it was resolved from. */
  readonly from: string;
  readonly bundle: ClusterBundle;
  readonly since: Instant;
}

/** Closures as they were last resolved: resolved again only when something they are made of has changed. */
export class ClusterClosures {
  readonly #seen = new Map<string, Seen>();

  /** `since` counts from when this process first saw the digest without another in between. */
  observe(flow: Flow, resources: readonly Resource[], now: Instant): ObservedClosure {
    const key = flow.metadata.uid ?? '';
    const from = versionsOf(flow, resources);
    const before = this.#seen.get(key);
    if (before?.from !== from) {
      const bundle = clusterBundle(flow, resources);
      const same = before !== undefined && standsFor(before.bundle) === standsFor(bundle);
      this.#seen.set(key, { from, bundle, since: same ? before.since : now });
    }
    const { bundle, since } = this.#seen.get(key) ?? { bundle: clusterBundle(flow, resources), since: now };
    return { ...bundle, since };
  }

  forget(uid: string): void {
    this.#seen.delete(uid);
  }
}

/** What has to stay the same for nothing to have changed: being refused is one state, whatever is still missing. */
function standsFor(bundle: ClusterBundle): string {
  return bundle.state === 'resolved' ? bundle.digest : bundle.state;
}

/** A generation counts every change of spec; labels of the Flow decide which Policies apply. */
function versionsOf(flow: Flow, resources: readonly Resource[]): string {
  const versions = resources
    .filter(({ kind }) => kind !== 'Flow')
    .map(({ metadata: { uid, generation } }) => `${uid}:${generation}`);
  return JSON.stringify([flow.metadata.generation, flow.metadata.labels, versions.toSorted()]);
}

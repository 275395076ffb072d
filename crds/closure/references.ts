import type { Band, Flow, Kind, Policy, Resource, Score, Toolset, Venue } from '../generated/resources.ts';
import { mayBeBroken } from '../manifest/place.ts';
import { didYouMean } from '../validate/suggest.ts';
import type { Report } from './report.ts';
import { selects } from './selector.ts';

/** A Flow and everything that it refers to or that applies to it. */
export interface Closure {
  readonly flow: Flow;
  readonly band: Band;
  readonly venue: Venue;
  readonly score: Score;
  /** In order of their names. */
  readonly toolsets: readonly Toolset[];
  /** Every Policy whose selector takes the Flow, in order of their names. */
  readonly policies: readonly Policy[];
}

type OfKind<K extends Kind> = Extract<Resource, { readonly kind: K }>;

/** The resources a Flow refers to, and the Policies that apply to it; undefined where a reference leads nowhere. */
export function resolveReferences(flow: Flow, resources: readonly Resource[], report: Report): Closure | undefined {
  const { bandRef, venueRef, scoreRef, toolsetRefs = [] } = flow.spec;
  const near = resources.filter(({ metadata }) => namespaceOf(metadata) === namespaceOf(flow.metadata));
  const band = find(flow, 'spec.bandRef.name', 'Band', bandRef.name, near, report);
  const venue = find(flow, 'spec.venueRef.name', 'Venue', venueRef.name, near, report);
  const score = find(flow, 'spec.scoreRef.name', 'Score', scoreRef.name, near, report);
  const toolsets = toolsetRefs.map(({ name }, index) =>
    find(flow, `spec.toolsetRefs[${index}].name`, 'Toolset', name, near, report),
  );
  const found = toolsets.filter((toolset) => toolset !== undefined).toSorted(byName);
  const policies = ofKind('Policy', near)
    .filter((policy: Policy) => selects(policy.spec.flowSelector, flow.metadata.labels ?? {}))
    .toSorted(byName);
  if (band === undefined || venue === undefined || score === undefined || found.length < toolsets.length)
    return undefined;
  return { flow, band, venue, score, toolsets: found, policies };
}

/**
 * The resource of a kind and name; where there is none the report says so at the field that names it, unless it is there
 * but broken, which has been told already.
 */
export function find<K extends Kind>(
  from: Resource,
  path: string,
  kind: K,
  name: string,
  resources: readonly Resource[],
  report: Report,
): OfKind<K> | undefined {
  const candidates = ofKind(kind, resources);
  const found = candidates.find(({ metadata }) => metadata.name === name);
  if (found !== undefined || mayBeBroken(from, kind, name)) return found;
  const names = candidates.map(({ metadata }) => metadata.name);
  report.add(from, path, {
    reason: 'ReferenceNotFound',
    message: `there is no ${kind} ${JSON.stringify(name)}`,
    expected: `the name of a ${kind} in namespace ${JSON.stringify(namespaceOf(from.metadata))}`,
    found: JSON.stringify(name),
    remedy: `${didYouMean(name, names)}${names.length === 0 ? `Add a ${kind} of that name.` : `There is ${names.toSorted().slice(0, 10).join(', ')}.`}`,
  });
  return undefined;
}

function ofKind<K extends Kind>(kind: K, resources: readonly Resource[]): readonly OfKind<K>[] {
  return resources.filter((resource): resource is OfKind<K> => resource.kind === kind);
}

function byName(left: Resource, right: Resource): number {
  if (left.metadata.name === right.metadata.name) return 0;
  return left.metadata.name < right.metadata.name ? -1 : 1;
}

function namespaceOf({ namespace }: { readonly namespace?: string }): string {
  return namespace ?? 'default';
}

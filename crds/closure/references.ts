import type { Band, Flow, Kind, Policy, Resource, Score, Toolset, Venue } from '../generated/resources.ts';
import { mayBeBroken } from '../manifest/place.ts';
import { didYouMean } from '../validate/suggest.ts';
import type { Complaint, Report } from './report.ts';
import { selects } from './selector.ts';
import { stepsOf } from './steps.ts';

/** A Flow and everything that it refers to or that applies to it. */
export interface Closure {
  readonly flow: Flow;
  readonly band: Band;
  readonly venue: Venue;
  readonly score: Score;
  /** Every Score that steps call, directly or not, in order of their names. */
  readonly scores: readonly Score[];
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
  const scores = score === undefined ? undefined : calledScores(score, near, report);
  const found = toolsets.filter((toolset) => toolset !== undefined).toSorted(byName);
  const policies = ofKind('Policy', near)
    .filter((policy: Policy) => selects(policy.spec.flowSelector, flow.metadata.labels ?? {}))
    .toSorted(byName);
  if (band === undefined || venue === undefined || score === undefined || scores === undefined) return undefined;
  return found.length < toolsets.length ? undefined : { flow, band, venue, score, scores, toolsets: found, policies };
}

const MAX_SCORES = 64;

/** Undefined where a reference leads nowhere, or in a circle. */
function calledScores(score: Score, resources: readonly Resource[], report: Report): readonly Score[] | undefined {
  const called = new Set<Score>();
  let sound = true;
  const visit = (caller: Score, above: readonly Score[]): void => {
    if (above.length > MAX_SCORES) return;
    for (const { path, step } of stepsOf(caller)) {
      if (step.score === undefined) continue;
      const at = `${path}.score.name`;
      const next = find(caller, at, 'Score', step.score.name, resources, report);
      const way = [...above, caller];
      sound &&= next !== undefined && !way.includes(next);
      if (next === undefined || called.has(next)) continue;
      if (way.includes(next)) {
        report.add(caller, at, circle([...way.slice(way.indexOf(next)), next]));
        continue;
      }
      visit(next, way);
      called.add(next);
    }
  };
  visit(score, []);
  if (called.size > MAX_SCORES) report.add(score, 'spec.steps', tooMany(called.size));
  return sound && called.size <= MAX_SCORES ? [...called].toSorted(byName) : undefined;
}

function circle(scores: readonly Score[]): Complaint {
  return {
    reason: 'Circle',
    message: 'Scores call each other in a circle',
    expected: 'Scores that come to an end',
    found: scores.map(({ metadata }) => metadata.name).join(' -> '),
    remedy: 'Repeat a step with until, or work through a list with forEach.',
  };
}

function tooMany(found: number): Complaint {
  return {
    reason: 'TooLarge',
    message: 'the steps call too many Scores, counted with those that these call',
    expected: `at most ${MAX_SCORES}`,
    found: `${found}`,
    remedy: 'Let one Score with other inputs stand for several.',
  };
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

import type { Flow, JsonObject, Reason, Resource, Session, SessionTemplate } from '#crds';
import type { Launch } from '#runtime';
import type { Executor } from './executors/executor.ts';
import { workspaceFolder } from './executors/pod-spec.ts';
import type { GatewayClient } from './gateway/client.ts';
import type { Projections } from './projections.ts';
import { isFinal } from './reconcile/history.ts';
import type { ObservedBundle, ObservedSession } from './reconcile/plan.ts';
import { clusterBundle } from './sources/cluster-closure.ts';

export interface ObserveOptions {
  readonly executor: Executor;
  readonly projections: Pick<Projections, 'view'>;
  readonly gateway: Pick<GatewayClient, 'bundle'>;
}

/** For a Session whose Flow is gone. */
const defaultTemplate: SessionTemplate = { maxAttempts: 3 };

/** What a cluster shows of a Session beside the resource itself. Throws `GatewayUnreachable`. */
export async function observeSession(
  session: Session,
  flow: Flow | undefined,
  resources: readonly Resource[],
  { executor, projections, gateway }: ObserveOptions,
): Promise<ObservedSession> {
  const template = flow?.spec.sessionTemplate ?? defaultTemplate;
  const attempt = await executor.observe(session);
  const { attempt: number = 0, phase } = session.status;
  if (isFinal(phase)) return { bundle: { state: 'refused', ...ended }, template, attempt, journal: null };
  const isOver = attempt.state === 'ended' || (attempt.state === 'none' && number > 0);
  // A runner that is over wrote its last record before it ended: only a view from after that counts.
  const journal = number === 0 ? null : await projections.view(session.metadata.uid ?? '', isOver);
  const bundle = await observeBundle(session, flow, resources, gateway);
  return { bundle, template, attempt, journal };
}

const ended = { reason: 'Ended', message: 'The Session has ended', mayArrive: false };

/** Resolved once, when the Session is first seen; afterwards it is what its status says. */
async function observeBundle(
  session: Session,
  flow: Flow | undefined,
  resources: readonly Resource[],
  gateway: Pick<GatewayClient, 'bundle'>,
): Promise<ObservedBundle> {
  const launch = launchOf(session, flow);
  const { bundle: pinned, stepsTotal } = session.status;
  if (pinned !== undefined) return { state: 'resolved', ...pinned, bundle: null, launch, steps: stepsTotal ?? 0 };
  const { cause, from } = session.spec;
  if (from?.at !== undefined) {
    const message =
      'spec.from.at: on a cluster there are no forks yet. Fork on a machine that has the Session, with orket fork';
    return { state: 'refused', reason: 'RuntimeUnsupported' satisfies Reason, message, mayArrive: false };
  }
  const { digest } = cause;
  if (digest !== undefined) {
    const bundle = await gateway.bundle(session.metadata.namespace ?? '', digest);
    if (bundle !== null)
      return {
        state: 'resolved',
        digest,
        version: bundle.bundleVersion,
        bundle: null,
        launch,
        steps: bundle.steps.length,
      };
    const message = `spec.cause.digest: this namespace never resolved the bundle ${digest}. Create a Session without a digest`;
    return { state: 'refused', reason: 'BundleNotFound' satisfies Reason, message, mayArrive: false };
  }
  if (flow === undefined) {
    const message = `spec.flowRef.name: there is no Flow "${session.spec.flowRef.name}" in this namespace`;
    return { state: 'refused', reason: 'ReferenceNotFound', message, mayArrive: true };
  }
  const resolved = clusterBundle(flow, resources, session.spec.inputs ?? {});
  if (resolved.state === 'refused') return resolved;
  return { ...resolved, version: resolved.bundle.bundleVersion, launch, steps: resolved.bundle.steps.length };
}

function launchOf({ metadata, spec }: Session, flow: Flow | undefined): Launch {
  const names: JsonObject =
    flow === undefined
      ? {}
      : { band: flow.spec.bandRef.name, venue: flow.spec.venueRef.name, score: flow.spec.scoreRef.name };
  return {
    launchVersion: 1,
    session: { name: metadata.name, uid: metadata.uid ?? '' },
    provenance: {
      executor: 'pod',
      source: { kind: 'cluster', namespace: metadata.namespace ?? '' },
      flow: spec.flowRef.name,
      ...names,
    },
    spaces: { workspace: workspaceFolder, domain: null, references: {} },
    modelFiles: {},
  };
}

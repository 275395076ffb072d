import type { Flow, JsonObject, Session, SessionSpec } from '#crds';
import { sessionName } from './reconcile/names.ts';

/** What makes one request for a Session another one than the last: asking again makes another Session. */
export interface Request {
  readonly token: string;
  readonly uid: string;
  /** RFC 3339. */
  readonly now: string;
}

/** A Session that a person asked for. */
export function manualSession(flow: Flow, inputs: JsonObject, request: Request): Session {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: {
      ...named(flow, request),
      namespace: flow.metadata.namespace ?? 'default',
      labels: { ...flow.spec.sessionTemplate.metadata?.labels, 'orket.dev/flow': flow.metadata.name },
    },
    spec: {
      flowRef: { name: flow.metadata.name },
      ...given(inputs),
      cause: { type: 'Manual', token: request.token },
    },
    status: { observedGeneration: -1 },
  };
}

/** A new Session of the same Flow with the same inputs: one that has ended is never un-ended. */
export function retrySession(before: Session, request: Request): Session {
  const { name, uid = '' } = before.metadata;
  return following(before, { session: name, uid }, before.spec.inputs ?? {}, request);
}

/** A new Session that takes over what another one did before a path, and goes on from there. */
export function forkSession(
  before: Session,
  flow: Pick<Flow, 'metadata'>,
  at: string,
  inputs: JsonObject,
  request: Request,
): Session {
  const { name, uid = '' } = before.metadata;
  const { name: of, namespace = 'default' } = flow.metadata;
  const { metadata, spec, ...rest } = before;
  const same = {
    ...rest,
    metadata: { ...metadata, namespace, labels: { ...metadata.labels, 'orket.dev/flow': of } },
    spec: { ...spec, flowRef: { name: of } },
  };
  return following(same, { session: name, uid, at }, inputs, request);
}

function following(
  before: Session,
  from: NonNullable<SessionSpec['from']>,
  inputs: JsonObject,
  request: Request,
): Session {
  const { flowRef } = before.spec;
  const { generation: _, ...metadata } = before.metadata;
  return {
    ...before,
    metadata: { ...metadata, ...named({ metadata: { name: flowRef.name } }, request) },
    spec: { flowRef, ...given(inputs), from, cause: { type: 'Manual', token: request.token } },
    status: { observedGeneration: -1 },
  };
}

/** The token makes the name. */
function named(
  flow: Pick<Flow, 'metadata'>,
  { token, uid, now }: Request,
): Pick<Session['metadata'], 'name' | 'uid' | 'generation' | 'creationTimestamp'> {
  return { name: sessionName(flow, { token }), uid, generation: 1, creationTimestamp: now };
}

function given(inputs: JsonObject): Pick<SessionSpec, 'inputs'> {
  return Object.keys(inputs).length === 0 ? {} : { inputs };
}

import { type Condition, type Digest, type Flow, type FlowStatus, type Instant, type Session } from '#crds';
import { conditions, conditionStatus, readyClaims, sameStatus, type Claim } from './conditions.ts';
import { history } from './history.ts';
import { sessionName } from './names.ts';
import type { ObservedClosure, RefusedClosure } from './observed-closure.ts';
import type { Action, EventText, ObjectKey, Plan } from './plan.ts';
import { triggerVerdict, type TriggerVerdict } from './trigger.ts';

const defaultSettleSeconds = 2;

/** What the world shows of a Flow beside the resource itself. */
export interface ObservedFlow {
  readonly closure: ObservedClosure;
  /** Every Session whose `flowRef` names this Flow. */
  readonly sessions: readonly Session[];
}

/** What should become of a Flow now: its status, and perhaps a Session. */
export function reconcileFlow(flow: Flow, { closure, sessions }: ObservedFlow, now: Instant): Plan {
  if (flow.metadata.deletionTimestamp !== undefined) return { actions: [] };
  if (closure.state === 'refused') return refuse(flow, closure, sessions, now);
  const verdict = triggerVerdict(flow, closure, sessions, now);
  const started = verdict.type === 'fire' ? sessionFor(flow, closure.digest) : null;
  const start: Action[] =
    started === null
      ? []
      : [
          {
            type: 'putBundle',
            namespace: flow.metadata.namespace ?? '',
            digest: closure.digest,
            bundle: closure.bundle,
          },
          { type: 'createSession', session: started, flow },
          { type: 'event', about: keyOf(flow), event: created(started, closure.digest) },
        ];
  const counted = verdict.type === 'fire' || (verdict.type === 'rest' && verdict.seen);
  const standsAt = counted ? closure.digest : flow.status.digest;
  const all =
    started === null
      ? sessions
      : [...sessions.filter(({ metadata }) => metadata.name !== started.metadata.name), started];
  const next = status(flow, all, standsAt, claims(flow, verdict), now);
  const plan: Plan = { actions: [...start, ...report(flow, next)] };
  return verdict.type === 'settle' ? { ...plan, againAfterMs: verdict.afterMs } : plan;
}

/** Files of one apply arrive one by one: what is still missing is waited for as long as changes take to settle. */
function refuse(flow: Flow, closure: RefusedClosure, sessions: readonly Session[], now: Instant): Plan {
  const { reason, message, mayArrive, since } = closure;
  const waitsMs = mayArrive ? since + settleMs(flow) - now : 0;
  const waiting: readonly Claim[] = [
    { type: 'Ready', status: 'Unknown', reason, message },
    { type: 'Reconciling', status: 'True', reason, message },
  ];
  const list = waitsMs > 0 ? waiting : readyClaims(closure, '');
  const actions = report(flow, status(flow, sessions, flow.status.digest, list, now));
  return waitsMs > 0 ? { actions, againAfterMs: waitsMs } : { actions };
}

function settleMs({ spec }: Flow): number {
  return (spec.trigger.onChange?.settleSeconds ?? defaultSettleSeconds) * 1000;
}

function claims(flow: Flow, verdict: TriggerVerdict): readonly Claim[] {
  const suspended = flow.spec.suspend ? ', suspended' : '';
  const ready = readyClaims(null, `A Session can start${suspended}`);
  if (verdict.type !== 'settle') return ready;
  const message = `Waiting until nothing has changed for ${flow.spec.trigger.onChange?.settleSeconds ?? 0} s`;
  return [...ready, { type: 'Reconciling', status: 'True', reason: 'Settling', message }];
}

function status(
  flow: Flow,
  sessions: readonly Session[],
  digest: Digest | undefined,
  list: readonly Claim[],
  now: Instant,
): FlowStatus {
  const generation = flow.metadata.generation ?? 1;
  return {
    observedGeneration: generation,
    conditions: conditions(list, flow.status.conditions, generation, now),
    ...(digest === undefined ? {} : { digest }),
    ...history(flow.status, sessions),
  };
}

/** Writes what changed, and an Event where a Flow became ready or stopped being so. */
function report(flow: Flow, next: FlowStatus): Action[] {
  if (sameStatus(flow.status, next)) return [];
  const actions: Action[] = [{ type: 'writeFlowStatus', flow, status: next }];
  const refused = next.conditions?.find(({ type, status: value }) => type === 'Ready' && value === 'False');
  if (refused !== undefined && isNews(flow, refused)) {
    const { reason, message } = refused;
    actions.push({ type: 'event', about: keyOf(flow), event: { type: 'Warning', reason, action: 'Resolve', message } });
  }
  return actions;
}

function isNews(flow: Flow, refused: Condition): boolean {
  const before = flow.status.conditions;
  return (
    conditionStatus(before, 'Ready') !== 'False' ||
    before?.find(({ type }) => type === 'Ready')?.reason !== refused.reason
  );
}

/** The Session of a digest, owned by its Flow. The same Flow, digest and generation give the same Session. */
function sessionFor(flow: Flow, digest: Digest): Session {
  const generation = flow.metadata.generation ?? 1;
  const { metadata } = flow.spec.sessionTemplate;
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: {
      name: sessionName(flow, { digest, generation }),
      ...(flow.metadata.namespace === undefined ? {} : { namespace: flow.metadata.namespace }),
      labels: { ...metadata?.labels, 'orket.dev/flow': flow.metadata.name },
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [
        {
          apiVersion: flow.apiVersion,
          kind: flow.kind,
          name: flow.metadata.name,
          uid: flow.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { flowRef: { name: flow.metadata.name }, cause: { type: 'OnChange', digest, generation } },
    status: { observedGeneration: -1 },
  };
}

function created(session: Session, digest: Digest): EventText {
  const message = `Created Session ${session.metadata.name} for ${digest.slice(0, 'sha256:'.length + 12)}`;
  return { type: 'Normal', reason: 'SessionCreated', action: 'Run', message };
}

function keyOf({ kind, metadata }: Flow): ObjectKey {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
}

import type { FlowStatus, Session } from '#crds';
import { describe, expect, it } from 'vitest';
import { buildFlow, buildSession, bundle, digest, t0, time } from '../../test/controller/builders.ts';
import { reconcileFlow } from './flow.ts';
import type { ObservedClosure } from './observed-closure.ts';
import type { Action, Plan } from './plan.ts';

const settled: ObservedClosure = { state: 'resolved', digest: digest('a'), bundle, since: t0 - 2000 };
const refused: ObservedClosure = {
  state: 'refused',
  reason: 'ReferenceNotFound',
  message: 'spec.scoreRef: there is no Score "reveiw"',
  mayArrive: true,
  since: t0 - 2000,
};

function types(plan: Plan): readonly string[] {
  return plan.actions.map(({ type }) => type);
}

function find<T extends Action['type']>(plan: Plan, type: T): Extract<Action, { type: T }> {
  const found = plan.actions.find((action): action is Extract<Action, { type: T }> => action.type === type);
  if (found === undefined) throw new Error(`no ${type} in ${types(plan).join(', ')}`);
  return found;
}

/** The Flow as it stands once the plan was carried out. */
function after(plan: Plan, spec = {}): ReturnType<typeof buildFlow> {
  return buildFlow(spec, find(plan, 'writeFlowStatus').status);
}

describe('reconcileFlow', () => {
  it('puts the bundle before it creates the Session that names it, and writes status last', () => {
    const plan = reconcileFlow(buildFlow(), { closure: settled, sessions: [] }, t0);
    expect(types(plan)).toEqual(['putBundle', 'createSession', 'event', 'writeFlowStatus']);
    expect(find(plan, 'putBundle')).toMatchObject({ namespace: 'team', digest: digest('a') });
    const { session } = find(plan, 'createSession');
    expect(session.metadata.name).toMatch(/^hello-[a-z2-7]{10}$/);
    expect(session.spec.cause).toEqual({ type: 'OnChange', digest: digest('a'), generation: 1 });
    expect(session.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Flow', uid: 'flow-uid', controller: true });
    expect(find(plan, 'writeFlowStatus').status).toMatchObject({
      observedGeneration: 1,
      digest: digest('a'),
      lastSession: { name: session.metadata.name, phase: 'Queued', digest: digest('a') },
      counts: { active: 1, succeeded: 0, failed: 0 },
    });
  });

  it('names the Session the same when it is asked again, and differently for another digest or Flow', () => {
    const name = (flow = buildFlow(), closure: ObservedClosure = settled): string =>
      find(reconcileFlow(flow, { closure, sessions: [] }, t0), 'createSession').session.metadata.name;
    expect(name()).toBe(name());
    expect(name(buildFlow({}, { observedGeneration: -1 }, { uid: 'other' }))).not.toBe(name());
    expect(name(buildFlow(), { ...settled, digest: digest('b') })).not.toBe(name());
  });

  it('waits until the digest has been stable for settleSeconds', () => {
    const plan = reconcileFlow(buildFlow(), { closure: { ...settled, since: t0 - 500 }, sessions: [] }, t0);
    expect(plan.againAfterMs).toBe(1500);
    expect(types(plan)).toEqual(['writeFlowStatus']);
    const { status } = find(plan, 'writeFlowStatus');
    expect(status.digest).toBeUndefined();
    expect(status.conditions?.map(({ type, status: value }) => [type, value])).toEqual([
      ['Ready', 'True'],
      ['Reconciling', 'True'],
    ]);
  });

  it('says Ready=False and Stalled with the reason while something is missing, once', () => {
    const plan = reconcileFlow(buildFlow(), { closure: refused, sessions: [] }, t0);
    expect(types(plan)).toEqual(['writeFlowStatus', 'event']);
    expect(find(plan, 'writeFlowStatus').status.conditions).toMatchObject([
      { type: 'Ready', status: 'False', reason: 'ReferenceNotFound', message: refused.message },
      { type: 'Stalled', status: 'True', reason: 'ReferenceNotFound' },
    ]);
    expect(reconcileFlow(after(plan), { closure: refused, sessions: [] }, t0 + 9000).actions).toEqual([]);
  });

  it('waits as long as changes settle for what may still arrive, without calling it a failure', () => {
    const plan = reconcileFlow(buildFlow(), { closure: { ...refused, since: t0 - 500 }, sessions: [] }, t0);
    expect(types(plan)).toEqual(['writeFlowStatus']);
    expect(plan.againAfterMs).toBe(1500);
    expect(find(plan, 'writeFlowStatus').status.conditions).toMatchObject([
      { type: 'Ready', status: 'Unknown', reason: 'ReferenceNotFound' },
      { type: 'Reconciling', status: 'True', reason: 'ReferenceNotFound' },
    ]);
    const bad = { ...refused, mayArrive: false, since: t0 };
    expect(types(reconcileFlow(buildFlow(), { closure: bad, sessions: [] }, t0))).toEqual(['writeFlowStatus', 'event']);
  });

  it('keeps the digest and what it remembers while it is refused', () => {
    const status: FlowStatus = { observedGeneration: 1, digest: digest('a'), lastSession: { name: 'hello-x' } };
    const plan = reconcileFlow(buildFlow({}, status), { closure: refused, sessions: [] }, t0);
    expect(find(plan, 'writeFlowStatus').status).toMatchObject({
      digest: digest('a'),
      lastSession: { name: 'hello-x' },
    });
  });

  it('keeps the time of a condition until its status flips', () => {
    const first = after(reconcileFlow(buildFlow(), { closure: refused, sessions: [] }, t0));
    const other: ObservedClosure = { ...refused, message: 'still missing' };
    const [ready] =
      find(reconcileFlow(first, { closure: other, sessions: [] }, t0 + 60_000), 'writeFlowStatus').status.conditions ??
      [];
    expect(ready?.lastTransitionTime).toBe('2026-01-02T03:04:05Z');
  });

  const ran = (status: Session['status']): Session[] => [buildSession(status, { name: 'hello-old' })];
  const done: FlowStatus = {
    observedGeneration: 1,
    outcomes: [{ digest: digest('a'), session: 'gone', phase: 'Failed' }],
  };
  it.each([
    [
      'a finished Session has run that digest',
      buildFlow(),
      ran({ observedGeneration: 1, phase: 'Failed', bundle: { digest: digest('a'), version: 1 } }),
    ],
    [
      'a Session is running that digest',
      buildFlow(),
      [buildSession({}, {}, { cause: { type: 'OnChange', digest: digest('a') } })],
    ],
    ['a Session that was deleted had run it', buildFlow({}, done), []],
    ['the Flow is suspended', buildFlow({ suspend: true }), []],
    ['the Flow has no trigger', buildFlow({ trigger: {} }), []],
    [
      'the first digest does not count',
      buildFlow({ trigger: { onChange: { settleSeconds: 2, runOnCreate: false } } }),
      [],
    ],
  ])('starts nothing when %s', (_, flow, sessions) => {
    const plan = reconcileFlow(flow, { closure: settled, sessions }, t0);
    expect(types(plan)).toEqual(['writeFlowStatus']);
    expect(find(plan, 'writeFlowStatus').status.digest).toBe(digest('a'));
  });

  it('starts the next change where the first digest did not count, also one made while suspended', () => {
    const spec = { trigger: { onChange: { settleSeconds: 2, runOnCreate: false } } };
    const first = after(reconcileFlow(buildFlow(spec), { closure: settled, sessions: [] }, t0), spec);
    const changed: ObservedClosure = { ...settled, digest: digest('b') };
    const suspended = reconcileFlow(
      { ...first, spec: { ...first.spec, suspend: true } },
      { closure: changed, sessions: [] },
      t0,
    );
    expect(types(suspended)).not.toContain('createSession');
    const resumed = { ...first, status: find(suspended, 'writeFlowStatus').status, spec: buildFlow(spec).spec };
    expect(types(reconcileFlow(resumed, { closure: changed, sessions: [] }, t0))).toContain('createSession');
  });

  it('writes nothing when nothing changed', () => {
    const first = reconcileFlow(buildFlow(), { closure: settled, sessions: [] }, t0);
    const { session } = find(first, 'createSession');
    const again = reconcileFlow(after(first), { closure: settled, sessions: [session] }, t0 + 5000);
    expect(again).toEqual({ actions: [] });
  });

  it('counts Sessions and keeps the last five outcomes, newest first', () => {
    const sessions = Array.from({ length: 7 }, (_, index) =>
      buildSession(
        {
          phase: index === 6 ? 'Running' : index % 2 === 0 ? 'Succeeded' : 'Cancelled',
          bundle: { digest: digest('c'), version: 1 },
          ...(index === 6 ? {} : { completionTime: `2026-01-02T03:04:0${index}Z` }),
        },
        { name: `s${index}`, creationTimestamp: `2026-01-02T03:00:0${index}Z` },
      ),
    );
    const { status } = find(
      reconcileFlow(buildFlow(), { closure: settled, sessions: sessions.toReversed() }, t0),
      'writeFlowStatus',
    );
    expect(status.counts).toEqual({ active: 2, succeeded: 3, failed: 3 });
    expect(status.outcomes?.map(({ session }) => session)).toEqual(['s5', 's4', 's3', 's2', 's1']);
  });

  it('does nothing for a Flow that is being deleted', () => {
    const flow = buildFlow({}, { observedGeneration: -1 }, { deletionTimestamp: time });
    expect(reconcileFlow(flow, { closure: settled, sessions: [] }, t0)).toEqual({ actions: [] });
  });
});

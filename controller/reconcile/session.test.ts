import type { Session, SessionStatus } from '#crds';
import { describe, expect, it } from 'vitest';
import {
  buildJournal,
  buildSession,
  bundle,
  digest,
  ended,
  observe,
  resolved,
  runner,
  t0,
  time,
} from '../../test/controller/builders.ts';
import type { Action, EndView, ObservedSession, Plan } from './plan.ts';
import { reconcileSession } from './session.ts';

const succeeded: EndView = {
  status: 'succeeded',
  completionTime: '2026-01-02T03:04:09.123Z',
  stateDigest: digest('d'),
  result: 'hello',
  resultHeldAs: null,
  reason: null,
  message: null,
};

function types(plan: Plan): readonly string[] {
  return plan.actions.map((action) => (action.type === 'event' ? `event ${action.event.reason}` : action.type));
}

function written(plan: Plan): SessionStatus {
  const found = plan.actions.find(
    (action): action is Extract<Action, { type: 'writeSessionStatus' }> => action.type === 'writeSessionStatus',
  );
  if (found === undefined) throw new Error(`no status in ${types(plan).join(', ')}`);
  return found.status;
}

function verdict({ conditions }: SessionStatus): readonly string[] {
  return (conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

/** The Session after its reconcile saw this. */
function seen(session: Session, observed: Partial<ObservedSession>, now = t0): Session {
  return { ...session, status: written(reconcileSession(session, observe(observed), now)) };
}

const queued = buildSession();
const starting = seen(queued, {});
const running = seen(starting, { attempt: { state: 'running', ...runner(1) }, journal: buildJournal() });

describe('reconcileSession', () => {
  it('pins the bundle and the attempt in status before it starts the first attempt', () => {
    const plan = reconcileSession(queued, observe({ bundle: { ...resolved, bundle } }), t0);
    expect(types(plan)).toEqual(['putBundle', 'writeSessionStatus', 'startAttempt', 'event AttemptStarted']);
    expect(plan.actions[0]).toMatchObject({ namespace: 'team', digest: digest('a') });
    expect(written(plan)).toMatchObject({
      phase: 'Starting',
      attempt: 1,
      bundle: { digest: digest('a'), version: 1 },
      queuedTime: '2026-01-02T03:04:05Z',
      stepsTotal: 2,
    });
    expect(verdict(written(plan))).toEqual(['Succeeded=Unknown Starting', 'Reconciling=True Starting']);
  });

  it('starts the same attempt again where its runner was never seen', () => {
    expect(reconcileSession(starting, observe(), t0).actions).toMatchObject([{ type: 'startAttempt', attempt: 1 }]);
  });

  it('says what a starting attempt waits for', () => {
    const attempt = { state: 'starting', ...runner(1), waitsFor: 'ImagePullBackOff: no such image' } as const;
    const status = written(reconcileSession(starting, observe({ attempt }), t0));
    expect(status).toMatchObject({
      phase: 'Starting',
      message: 'Attempt 1 is starting: ImagePullBackOff: no such image',
      podRef: { name: 'hello-abc-a1', uid: 'pod-1' },
      runtime: { image: 'orket.dev/session:1' },
    });
  });

  it('runs once the journal says that this attempt began', () => {
    expect(running.status).toMatchObject({
      phase: 'Running',
      message: 'Step 1 of 2: one',
      startTime: '2026-01-02T03:04:05Z',
      progress: { step: 'one', done: 0, total: 2 },
      journal: { seq: 4, head: 'f'.repeat(64) },
      runtime: { semantics: 1, image: 'orket.dev/session:1' },
    });
    expect(verdict(running.status)).toEqual(['Succeeded=Unknown Running', 'Reconciling=True Running']);
  });

  it('is still starting while only the attempt before has written', () => {
    const second = { ...running, status: { ...running.status, attempt: 2 } };
    const observed = observe({ attempt: { state: 'running', ...runner(2) }, journal: buildJournal() });
    expect(written(reconcileSession(second, observed, t0)).phase).toBe('Starting');
  });

  it('succeeds when the journal says so, while the pod is still there', () => {
    const journal = buildJournal({ ended: succeeded, stepsDone: 2 });
    const plan = reconcileSession(
      running,
      observe({ attempt: { state: 'running', ...runner(1) }, journal }),
      t0 + 4000,
    );
    expect(types(plan)).toEqual(['writeSessionStatus', 'event SessionSucceeded']);
    expect(verdict(written(plan))).toEqual(['Succeeded=True Succeeded']);
    expect(written(plan)).toMatchObject({
      phase: 'Succeeded',
      completionTime: '2026-01-02T03:04:09Z',
      stateDigest: digest('d'),
      result: 'hello',
    });
  });

  it.each([
    ['failed', 'Failed', 'ToolFailed', 'event ToolFailed'],
    ['cancelled', 'Cancelled', 'Cancelled', 'event SessionCancelled'],
  ] as const)('is %s when the journal says so', (status, phase, reason, event) => {
    const journal = buildJournal({ ended: { ...succeeded, status, reason: 'ToolFailed', message: 'no' } });
    const plan = reconcileSession(running, observe({ attempt: ended(1), journal }), t0);
    expect(types(plan)).toEqual(['writeSessionStatus', event]);
    expect(written(plan)).toMatchObject({ phase, message: 'no' });
    expect(verdict(written(plan))).toEqual([`Succeeded=False ${reason}`, `Stalled=True ${reason}`]);
  });

  it.each([
    ['exit code 0', 0],
    ['exit code 20', 20],
    ['a signal', null],
  ])('goes on with the next attempt when a runner ended with %s and the journal has no end', (_, code) => {
    const plan = reconcileSession(running, observe({ attempt: ended(1, code), journal: buildJournal() }), t0);
    expect(types(plan)).toEqual(['event AttemptFailed', 'writeSessionStatus', 'startAttempt', 'event AttemptStarted']);
    expect(written(plan)).toMatchObject({ phase: 'Starting', attempt: 2, startTime: running.status.startTime });
    expect(written(plan).podRef).toBeUndefined();
  });

  it('takes a pod that was seen and is gone for an attempt that ended, but not for one that is dead', () => {
    const plan = reconcileSession(running, observe({ journal: buildJournal() }), t0);
    expect(written(plan).attempt).toBe(2);
    const dead = (seen: Partial<ObservedSession>): unknown =>
      reconcileSession(running, observe({ journal: buildJournal(), ...seen }), t0).actions.find(
        ({ type }) => type === 'startAttempt',
      );
    expect(dead({})).toMatchObject({ attempt: 2, previousIsDead: false });
    expect(dead({ attempt: ended(1, null) })).toMatchObject({ attempt: 2, previousIsDead: false });
    expect(dead({ attempt: ended(1, 137) })).toMatchObject({ attempt: 2, previousIsDead: true });
  });

  it('fails with AttemptsExhausted after the last attempt', () => {
    const last = { ...running, status: { ...running.status, attempt: 3 } };
    const plan = reconcileSession(last, observe({ attempt: ended(3, 137, 'OOMKilled'), journal: buildJournal() }), t0);
    expect(types(plan)).toEqual(['event AttemptFailed', 'writeSessionStatus', 'event AttemptsExhausted']);
    expect(written(plan)).toMatchObject({ phase: 'Failed', attempt: 3, completionTime: '2026-01-02T03:04:05Z' });
    expect(written(plan).message).toContain('OOMKilled (exit 137)');
  });

  it('believes the journal over the number of attempts', () => {
    const last = { ...running, status: { ...running.status, attempt: 3 } };
    const observed = observe({ attempt: ended(3), journal: buildJournal({ ended: succeeded }) });
    expect(written(reconcileSession(last, observed, t0)).phase).toBe('Succeeded');
  });

  it('keeps the image that the first attempt ran', () => {
    const other = { ...runner(1).runner, image: 'orket.dev/session:2' };
    const observed = observe({
      attempt: { state: 'running', attempt: 1, runner: other },
      journal: buildJournal({ seq: 5 }),
    });
    expect(written(reconcileSession(running, observed, t0)).runtime?.image).toBe('orket.dev/session:1');
  });

  const missing = {
    state: 'refused',
    reason: 'ReferenceNotFound',
    message: 'there is no Score',
    mayArrive: true,
  } as const;
  it('waits for what may arrive, and fails when it does not', () => {
    const plan = reconcileSession(queued, observe({ bundle: missing }), t0);
    expect(plan.againAfterMs).toBe(30_000);
    expect(written(plan)).toMatchObject({ phase: 'Queued', message: 'Waiting: there is no Score' });
    expect(verdict(written(plan))).toEqual([
      'Succeeded=Unknown ReferenceNotFound',
      'Reconciling=True ReferenceNotFound',
    ]);
    const later = reconcileSession({ ...queued, status: written(plan) }, observe({ bundle: missing }), t0 + 30_000);
    expect(written(later)).toMatchObject({ phase: 'Failed', completionTime: '2026-01-02T03:04:35Z' });
    expect(verdict(written(later))).toEqual(['Succeeded=False ReferenceNotFound', 'Stalled=True ReferenceNotFound']);
  });

  it('fails at once for what a person has to mend', () => {
    const bad = {
      state: 'refused',
      reason: 'ProviderNotAvailable',
      message: 'use scripted',
      mayArrive: false,
    } as const;
    const plan = reconcileSession(queued, observe({ bundle: bad }), t0);
    expect(types(plan)).toEqual(['writeSessionStatus', 'event ProviderNotAvailable']);
    expect(written(plan).phase).toBe('Failed');
  });

  it.each(['Succeeded', 'Failed', 'Cancelled'] as const)('never changes a Session that is %s', (phase) => {
    const final = buildSession({ phase, attempt: 1, completionTime: time });
    const journal = buildJournal({ ended: { ...succeeded, status: phase === 'Failed' ? 'succeeded' : 'failed' } });
    expect(reconcileSession(final, observe({ attempt: ended(1), journal }), t0)).toEqual({ actions: [] });
  });

  it('stops a runner that outlives its Session, after a while', () => {
    const final = buildSession({ phase: 'Succeeded', attempt: 1, completionTime: time });
    const attempt = { state: 'running', ...runner(1) } as const;
    expect(reconcileSession(final, observe({ attempt }), t0)).toEqual({ actions: [], againAfterMs: 30_000 });
    expect(types(reconcileSession(final, observe({ attempt }), t0 + 30_000))).toEqual(['stopAttempt']);
  });

  it('writes nothing when nothing changed', () => {
    const observed = observe({ attempt: { state: 'running', ...runner(1) }, journal: buildJournal() });
    expect(reconcileSession(running, observed, t0 + 60_000)).toEqual({ actions: [] });
  });

  it('never holds Reconciling and Stalled together, and Succeeded is Unknown exactly until it ended', () => {
    const end = seen(running, { attempt: ended(1), journal: buildJournal({ ended: succeeded }) });
    const out = { ...running, status: { ...running.status, attempt: 3 } };
    for (const { status } of [starting, running, end, seen(out, { attempt: ended(3), journal: buildJournal() })]) {
      const has = (type: string): string | undefined =>
        status.conditions?.find((condition) => condition.type === type)?.status;
      expect(has('Reconciling') === 'True').toBe(has('Succeeded') === 'Unknown');
      expect(has('Stalled') === 'True').toBe(has('Succeeded') === 'False');
      expect(status.completionTime === undefined).toBe(has('Succeeded') === 'Unknown');
    }
  });
});

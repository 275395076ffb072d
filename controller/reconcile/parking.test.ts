import { describe, expect, it } from 'vitest';
import { formatInstant, type Session } from '#crds';
import type { JournalRecord } from '#runtime';
import {
  buildJournal,
  buildSession,
  digest,
  ended,
  observe,
  runner,
  t0,
  time,
} from '../../test/controller/builders.ts';
import type { GateView, JournalView, ObservedSession, Plan } from './plan.ts';
import { project, type Projection } from './projection.ts';
import { reconcileSession } from './session.ts';

const gate: GateView = { seq: 7, digest: digest('7'), name: 'files.write', message: 'it writes', expiresAt: null };
const waiting = buildJournal({ gates: [gate], gatesTotal: 1 });
const parked: JournalView = { ...waiting, parked: 'approval', parks: 1 };
const session = buildSession({ phase: 'Running', attempt: 1 });

function after(observed: Partial<ObservedSession>, of: Session = session): Session['status'] {
  const plan = reconcileSession(of, observe(observed), t0);
  return (
    plan.actions.flatMap((action) => (action.type === 'writeSessionStatus' ? [action.status] : []))[0] ?? of.status
  );
}

function types({ actions }: Plan): readonly string[] {
  return actions.map((action) => (action.type === 'event' ? `event ${action.event.reason}` : action.type));
}

describe('a Session that waits for people', () => {
  it('says so while its process waits, and which gate', () => {
    const status = after({ attempt: { state: 'running', ...runner(1) }, journal: waiting });
    expect(status).toMatchObject({
      phase: 'AwaitingApproval',
      message: 'Waits for a decision on g7: files.write: it writes',
    });
    expect(status.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toEqual([
      'Succeeded=Unknown',
      'Reconciling=True',
      'AwaitingApproval=True',
    ]);
  });

  it.each([
    ['approval', 'AwaitingApproval'],
    ['paused', 'Paused'],
  ] as const)('needs no process once it is parked (%s), and starts none', (reason, phase) => {
    for (const attempt of [ended(1, 21), { state: 'none' }] as const) {
      const plan = reconcileSession(session, observe({ attempt, journal: { ...parked, parked: reason } }), t0);
      expect(types(plan)).toEqual(['writeSessionStatus']);
      expect(after({ attempt, journal: { ...parked, parked: reason } }).phase).toBe(phase);
    }
  });

  it('goes on with the next attempt when something is in its inbox', () => {
    const plan = reconcileSession(session, observe({ attempt: ended(1, 21), journal: parked, woken: true }), t0);
    expect(types(plan)).toEqual(['writeSessionStatus', 'startAttempt', 'event AttemptStarted']);
    expect(after({ attempt: ended(1, 21), journal: parked, woken: true })).toMatchObject({
      attempt: 2,
      phase: 'Starting',
    });
  });

  it('goes on by itself once a gate has expired, and is looked at again when that will be', () => {
    const at = { attempt: ended(1, 21), journal: { ...parked, wakeAt: formatInstant(t0 + 90_000) } };
    const early = reconcileSession(session, observe(at), t0);
    expect([types(early), early.againAfterMs]).toEqual([['writeSessionStatus'], 90_000]);
    const due = reconcileSession(session, observe(at), t0 + 90_000);
    expect(types(due)).toEqual(['writeSessionStatus', 'startAttempt', 'event AttemptStarted']);
    const far = { ...at, journal: { ...parked, wakeAt: formatInstant(t0 + 90 * 86_400_000) } };
    expect(reconcileSession(session, observe(far), t0).againAfterMs).toBe(86_400_000);
  });

  it('has as many attempts left as before it was parked', () => {
    const third = buildSession({ phase: 'Running', attempt: 3 });
    const crashed = { attempt: ended(3), journal: buildJournal({ attempt: 3, parks: 1 }) };
    expect(after(crashed, third)).toMatchObject({ attempt: 4, phase: 'Starting' });
    expect(after({ ...crashed, journal: buildJournal({ attempt: 3 }) }, third)).toMatchObject({ phase: 'Failed' });
  });

  it('has broken off when a process died without parking, whatever gates are open', () => {
    expect(after({ attempt: ended(1), journal: waiting })).toMatchObject({ attempt: 2, phase: 'Starting' });
  });
});

describe('the view of a journal', () => {
  function view(...records: readonly object[]): JournalView | undefined {
    let projection: Projection | null = null;
    for (const [index, record] of records.entries()) {
      const whole: JournalRecord = JSON.parse(
        JSON.stringify({
          v: 1,
          seq: index + 1,
          epoch: 1,
          hash: '',
          prev: '',
          at: time,
          synced: 0,
          path: '',
          ...record,
        }),
      );
      projection = project(projection, whole);
    }
    return projection?.view;
  }
  const opened = { type: 'gate.opened', body: { name: 'files.write', message: 'it writes', expiresAt: null } };
  const park = { type: 'session.parked', body: { reason: 'approval', gates: [1] } };

  it('has the gates that are open, the first 16, and how many there are', () => {
    expect(view(opened, opened, { type: 'gate.decided', body: { gate: 1 } })).toMatchObject({
      gates: [{ seq: 2, name: 'files.write', message: 'it writes' }],
      gatesTotal: 1,
    });
    const many = view(...Array.from({ length: 20 }, () => opened));
    expect([many?.gates.length, many?.gatesTotal]).toEqual([16, 20]);
  });

  it('is parked exactly as long as parking is the last that happened', () => {
    expect(view(opened, park)).toMatchObject({ parked: 'approval', parks: 1, gatesTotal: 1 });
    const next = { type: 'attempt.started', epoch: 2, body: { attempt: 2 } };
    expect(view(opened, park, next)).toMatchObject({ parked: null, parks: 1, attempt: 2 });
    expect(view(opened, park, next, park)).toMatchObject({ parked: 'approval', parks: 2 });
  });

  it('says when the first gate that is open expires, as long as it is parked for people', () => {
    const until = (seconds: number | null): object => ({
      ...opened,
      body: { ...opened.body, expiresAt: seconds === null ? null : formatInstant(t0 + seconds * 1000) },
    });
    const decided = { type: 'gate.decided', body: { gate: 1 } };
    expect(view(until(null), park)?.wakeAt).toBeNull();
    expect(view(until(30), until(60))?.wakeAt).toBeNull();
    expect(view(until(60), until(30), until(null), park)?.wakeAt).toBe(formatInstant(t0 + 30_000));
    expect(view(until(30), until(60), decided, park)?.wakeAt).toBe(formatInstant(t0 + 60_000));
    expect(view(until(30), { ...park, body: { reason: 'paused', gates: [1] } })?.wakeAt).toBeNull();
    expect(view(...Array.from({ length: 20 }, () => until(null)), until(30), park)?.wakeAt).not.toBeNull();
  });

  it('has nobody woken again by a gate that an attempt after its time left open', () => {
    const expired = { ...opened, body: { ...opened.body, expiresAt: formatInstant(t0 + 30_000) } };
    const next = (seconds: number): object => ({
      type: 'attempt.started',
      epoch: 2,
      at: formatInstant(t0 + seconds * 1000),
      body: { attempt: 2 },
    });
    expect(view(expired, park, next(29), park)?.wakeAt).toBe(formatInstant(t0 + 30_000));
    expect(view(expired, park, next(30), park)?.wakeAt).toBeNull();
  });
});

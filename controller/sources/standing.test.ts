import { describe, expect, it } from 'vitest';
import { formatInstant } from '#crds';
import type { Entry } from '#runtime';
import { buildJournal, buildSession, digest, t0 } from '../../test/controller/builders.ts';
import type { GateView, JournalView } from '../reconcile/plan.ts';
import { leftStatus, runStatus } from './standing.ts';

const running = buildSession({ phase: 'Running', attempt: 1, message: 'Step 1 of 2: one' });

describe('a Session whose command was killed', () => {
  it('is shown by its journal where its process works on', () => {
    const left = buildSession({ phase: 'Starting', attempt: 1, message: 'Attempt 1 is starting' });
    const steps = [
      { id: 'one', phase: 'Running', startTime: '2026-01-02T03:04:06.000Z', completionTime: null, reason: null },
    ] as const;
    expect(runStatus(left, buildJournal({ steps }), t0)).toMatchObject({ phase: 'Running', message: 'Step 1: one' });
  });

  it('is shown as waiting for somebody who goes on with it, and never as running', () => {
    expect(leftStatus(running, buildJournal(), [], t0)).toMatchObject({
      phase: 'Queued',
      message: 'Waiting: its process is gone; go on with "orket resume hello-abc"',
      attempt: 1,
    });
  });

  it('is parked where its journal says so', () => {
    expect(leftStatus(running, buildJournal({ parked: 'approval', parks: 1 }), [], t0).phase).toBe('AwaitingApproval');
    expect(leftStatus(running, buildJournal({ parked: 'paused', parks: 1 }), [], t0).phase).toBe('Paused');
  });

  it('has ended where its journal says so', () => {
    const ended = {
      status: 'cancelled',
      completionTime: '2026-01-02T03:04:09.123Z',
      stateDigest: digest('d'),
      result: null,
      resultHeldAs: null,
      reason: 'Cancelled',
      message: 'the Session was cancelled',
    } as const;
    expect(leftStatus(running, buildJournal({ ended }), [], t0)).toMatchObject({
      phase: 'Cancelled',
      completionTime: '2026-01-02T03:04:09Z',
    });
  });
});

describe('a Session that is parked', () => {
  const gate = (seq: number, expiresAt: string | null = null): GateView => ({
    seq,
    digest: digest('7'),
    name: 'files.write',
    message: 'it writes',
    expiresAt,
  });
  const parked = (...gates: readonly GateView[]): JournalView =>
    buildJournal({ parked: 'approval', parks: 1, gates, gatesTotal: gates.length });
  const from = { name: 'ada', groups: [], verifiedBy: 'os-uid' } as const;
  const decision = (name: string): Entry => {
    const said = { gate: name, gateDigest: digest('7'), verdict: 'approve', note: '' } as const;
    return { id: name, message: { kind: 'decision', id: name, from, ...said }, content: null };
  };
  const told = (view: JournalView, ...said: readonly Entry[]): string | undefined => {
    const { phase, message } = leftStatus(running, view, said, t0);
    expect(phase).toBe('AwaitingApproval');
    return message;
  };
  const goOn = 'go on with "orket resume hello-abc"';

  it('asks for a decision as long as nobody has said anything', () => {
    expect(told(parked(gate(7)))).toBe('Waits for a decision on g7: files.write: it writes');
  });

  it('says that what was decided waits in its inbox', () => {
    expect(told(parked(gate(7)), decision('g7'))).toBe(`A decision on g7 waits in its inbox; ${goOn}`);
    expect(told(parked(gate(7), gate(9), gate(11)), decision('g9'), decision('g7'))).toBe(
      `Decisions on g7, g9 wait in its inbox; ${goOn}`,
    );
  });

  it('names no gate for what is about none that waits', () => {
    const other: Entry = { id: 'a', message: null, content: null, from, refused: 'it is no message' };
    for (const entry of [other, decision('g8')])
      expect(told(parked(gate(7)), entry)).toBe(`Something that was said to it waits in its inbox; ${goOn}`);
  });

  it('says that a gate has expired, once it has', () => {
    const until = (ms: number): JournalView => {
      const wakeAt = formatInstant(t0 + ms);
      return { ...parked(gate(7, wakeAt), gate(9)), wakeAt };
    };
    expect(told(until(1))).toContain('Waits for a decision on g7');
    expect(told(until(0))).toBe(`Nobody decided g7 in time; ${goOn}`);
    expect(told(until(0), decision('g7'))).toBe(`Nobody decided g7 in time; ${goOn}`);
    expect(told(until(0), decision('g7'), decision('g9'))).toBe(`A decision on g9 waits in its inbox; ${goOn}`);
  });
});

import { describe, expect, it } from 'vitest';
import { buildJournal, buildSession, digest, t0 } from '../../test/controller/builders.ts';
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
    expect(leftStatus(running, buildJournal(), t0)).toMatchObject({
      phase: 'Queued',
      message: 'Waiting: its process is gone; go on with "orket resume hello-abc"',
      attempt: 1,
    });
  });

  it('is parked where its journal says so', () => {
    expect(leftStatus(running, buildJournal({ parked: 'approval', parks: 1 }), t0).phase).toBe('AwaitingApproval');
    expect(leftStatus(running, buildJournal({ parked: 'paused', parks: 1 }), t0).phase).toBe('Paused');
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
    expect(leftStatus(running, buildJournal({ ended }), t0)).toMatchObject({
      phase: 'Cancelled',
      completionTime: '2026-01-02T03:04:09Z',
    });
  });
});

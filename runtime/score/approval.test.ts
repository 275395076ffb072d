import { afterEach, describe, expect, it } from 'vitest';
import type { BundleApproval } from '#crds';
import { stepOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import type { SessionRig } from '../../test/session/rig.ts';
import { ended, write } from '../../test/session/scores.ts';
import type { Decision } from '../inbox/inbox.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

/** A step that asks and one that needs it, waiting for people. */
async function waiting(parts: Partial<BundleApproval> = {}): Promise<SessionRig> {
  const approval = { message: 'Publish?', ...parts };
  const rig = rigs.of({ steps: [stepOf({ id: 'ask', approval, retry: { maxAttempts: 3 } }), write('after')] });
  expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'approval' });
  return rig;
}

async function decide(rig: SessionRig, name: string, verdict: Decision['verdict']): Promise<void> {
  for (const { gate, gateDigest } of await rig.gates())
    rig.inbox.decide({ gate, gateDigest, verdict, from: personOf(name), id: `${name}-${verdict}` });
}

describe('an approval step', () => {
  it('that is denied fails, is not tried again, and nothing comes after it', async () => {
    const rig = await waiting();
    await decide(rig, 'ada', 'deny');
    expect(await ended(rig)).toMatchObject({ status: 'failed', error: { reason: 'CallDenied' } });
    expect((await rig.records()).filter(({ type }) => type === 'step.started')).toHaveLength(1);
  });

  it('waits for as many people as it asks for', async () => {
    const rig = await waiting({ approvers: { quorum: 2 } });
    await decide(rig, 'ada', 'approve');
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await decide(rig, 'ben', 'approve');
    expect(await ended(rig)).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['deny', 'ApprovalExpired'],
    ['abort', 'Aborted'],
    ['allow', null],
  ] as const)('that nobody decided in time comes to what %s means', async (onExpiry, reason) => {
    const rig = await waiting({ expiresAfterSeconds: 3600, onExpiry });
    rig.now += 3_600_000;
    const { error } = await ended(rig);
    expect(error?.reason ?? null).toBe(reason);
  });
});

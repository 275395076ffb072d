import { afterEach, describe, expect, it } from 'vitest';
import type { BundleRule } from '#crds';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import { SessionRig } from '../../test/session/rig.ts';
import type { Decision } from '../inbox/inbox.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

/** A step that writes a file once rules let it. */
function writing(rule: Partial<BundleRule> = {}): SessionRig {
  return new SessionRig(
    bundleOf({
      policyRules: [{ match: 'call.name == "files.write"', action: 'approve', ...rule }],
      steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'one' } })],
    }),
  );
}

/** Decides the gate that is open. */
async function decide(verdict: Decision['verdict'], parts: Partial<Decision> = {}): Promise<void> {
  const [open] = await rig.gates();
  if (open === undefined) throw new Error('no gate is open');
  const { gate, gateDigest } = open;
  rig.inbox.decide({ gate, gateDigest, verdict, ...parts });
}

async function endsAndReplays(): Promise<void> {
  const ended = await rig.run();
  expect(ended.status).toBe('succeeded');
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
}

describe('an approval that takes several people', () => {
  it('counts the last that each of them said, and not what they have withdrawn', async () => {
    rig = writing({ approvers: { quorum: 2 } });
    await rig.attempt();
    const input = { path: 'b.md', text: 'two' };
    await decide('approve', { from: personOf('ada') });
    await decide('approve', { from: personOf('ada'), input });
    await decide('approve', { from: personOf('bob') });
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await decide('approve', { from: personOf('bob'), input });
    await endsAndReplays();
    const records = await rig.records();
    expect(records.find(({ type }) => type === 'gate.decided')?.body).toMatchObject({
      verdict: 'edited',
      by: [{ name: 'ada' }, { name: 'bob' }],
    });
    expect(records.find(({ type }) => type === 'call.intent')?.body).toMatchObject({ input: { value: input } });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { OrketError, type Bundle, type BundleStep } from '#crds';
import type { SessionEnded } from '#runtime';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { allowAll, deskOf, hostedTool, hostsOf, type Desk } from '../../test/session/hosted.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import { SessionRig } from '../../test/session/rig.ts';

let rig: SessionRig;
let desk: Desk;
afterEach(() => rig.dispose());

/** A Session whose process dies in the middle of a call that only somebody who knows may repeat; people are asked then. */
async function broken(rules: Bundle['policyRules'] = [], then: readonly BundleStep[] = []): Promise<void> {
  const steps = [stepOf({ tool: 'desk.send', input: { text: 'x' } }), ...then];
  const tools = [hostedTool('desk.send'), toolOf('files.write', 'write')];
  rig = new SessionRig(bundleOf({ tools, policyRules: [...allowAll, ...rules], steps }));
  desk = deskOf(async (before) => {
    // What it did is done; its process is killed before the outcome is written.
    if (before === 0) rig.store.dieAfter = rig.store.lines.length;
    return `sent ${before + 1}`;
  });
  await expect(rig.attempt({ hosts: desk.hosts })).rejects.toMatchObject({ reason: 'JournalWriteFailed' });
  rig.store.dieAfter = Number.POSITIVE_INFINITY;
  expect((await rig.records()).at(-1)).toMatchObject({ type: 'call.intent', body: { recovery: 'unknown' } });
  expect(await rig.attempt({ hosts: desk.hosts })).toMatchObject({ status: 'parked', why: 'approval' });
}

async function decide(decision: Partial<Parameters<SessionRig['inbox']['decide']>[0]>): Promise<SessionEnded> {
  const [open] = await rig.gates();
  if (open === undefined) throw new Error('nobody is asked');
  const { gate, gateDigest } = open;
  rig.inbox.decide({ gate, gateDigest, verdict: 'retry', ...decision });
  const ended = await rig.run({ hosts: desk.hosts });
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  return ended;
}

async function intents(): Promise<number> {
  return (await rig.records()).filter(({ type }) => type === 'call.intent').length;
}

describe('a call whose effect cannot be repeated', () => {
  it('has people asked where its outcome is unknown, and is not made again before that', async () => {
    await broken();
    const [open] = await rig.gates();
    expect(await rig.attempt({ hosts: desk.hosts })).toMatchObject({ status: 'parked', gates: [open?.gate] });
    expect([desk.called.length, await intents()]).toEqual([1, 1]);
    expect(open?.opened).toMatchObject({
      path: 'first#1~1/g1',
      body: { kind: 'unknown', name: 'desk.send', risk: 'network' },
    });
  });

  it('is made once more where they say so', async () => {
    await broken();
    expect(await decide({ verdict: 'retry' })).toMatchObject({ status: 'succeeded', result: 'sent 2' });
    expect([desk.called.length, await intents()]).toEqual([2, 2]);
  });

  it('has the outcome that they supply, and says that it is from them', async () => {
    await broken();
    const [open] = await rig.gates();
    expect(await decide({ verdict: 'supply', outcome: { output: 'sent, as I saw' } })).toMatchObject({
      status: 'succeeded',
      result: 'sent, as I saw',
    });
    expect([desk.called.length, await intents()]).toEqual([1, 1]);
    const outcome = (await rig.records()).find(({ type }) => type === 'call.outcome');
    expect(outcome?.body).toMatchObject({ from: { gate: open?.opened.seq } });
  });

  it('counts once for rules on what was used, whoever says what came of it', async () => {
    const then = ['b', 'c'].map((id) => stepOf({ id, tool: 'files.write', input: { path: `${id}.md`, text: 'x' } }));
    await broken([{ match: 'usage.calls >= 2', action: 'deny' }], then);
    expect(await decide({ verdict: 'supply', outcome: { output: 'sent' } })).toMatchObject({
      status: 'failed',
      error: { reason: 'CallDenied' },
    });
    expect((await rig.records()).find(({ type }) => type === 'call.denied')?.path).toBe('c#1~1');
  });

  it('ends the Session where they abort', async () => {
    await broken();
    expect(await decide({ verdict: 'abort' })).toMatchObject({ status: 'failed', error: { reason: 'Aborted' } });
    expect([desk.called.length, await intents()]).toEqual([1, 1]);
  });

  it('has whoever had to approve it say what came of it, and nobody else', async () => {
    const approvers = { users: ['eve'], minIdentity: 'os-uid' } as const;
    rig = new SessionRig(
      bundleOf({
        tools: [hostedTool('base.drop', { risk: 'destructive' })],
        policyRules: [{ match: 'call.name == "base.drop"', action: 'approve', approvers }],
        steps: [stepOf({ tool: 'base.drop', input: {} })],
      }),
    );
    const kill = async (): Promise<never> => {
      rig.store.dieAfter = rig.store.lines.length;
      throw new OrketError('AttemptStopped', 'the process was killed');
    };
    await rig.attempt();
    const say = async (name: string, verdict: 'approve' | 'retry'): Promise<void> => {
      const [gate] = await rig.gates();
      const { gate: about = '', gateDigest = '' } = gate ?? {};
      rig.inbox.decide({ gate: about, gateDigest, verdict, from: personOf(name) });
    };
    await say('eve', 'approve');
    await rig.attempt({ hosts: hostsOf(kill) }).catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect(await intents()).toBe(1);
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    const [gate] = await rig.gates();
    expect(gate?.opened).toMatchObject({ path: 'first#1~1/g2', body: { kind: 'unknown', approvers: [approvers] } });
    await say('ada', 'retry');
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await say('eve', 'retry');
    // It is made once more by another attempt, which takes an approval of its own.
    expect(await rig.attempt()).toMatchObject({ status: 'parked' });
    await say('eve', 'approve');
    const ended = await rig.run({ hosts: hostsOf(async () => 'dropped') });
    expect(ended).toMatchObject({ status: 'succeeded', result: 'dropped' });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, OrketError, type Bundle, type BundleStep } from '#crds';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { personOf } from '../../test/session/memory-inbox.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { chainLines } from '../../test/conformance/store-samples.ts';
import { beginning } from '../journal/chain.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

const writing = (id: string): BundleStep => stepOf({ id, tool: 'files.write', input: { path: `${id}.md`, text: 'x' } });

/** A Session whose process died after an intent, its record number `at`, that only somebody who knows may repeat. */
async function broken(parts: Partial<Bundle> = {}, at = 4): Promise<void> {
  rig = new SessionRig(bundleOf({ steps: [writing('first')], ...parts }));
  rig.store.dieAfter = at;
  await rig.run().catch(() => undefined);
  const records = await rig.records();
  const intent = records.at(-1);
  if (intent?.type !== 'call.intent') throw new Error('not killed after the intent');
  // As a tool of another kind would have asked.
  const asked = { ...intent, body: { ...intent.body, recovery: 'unknown' as const } };
  const { lines } = chainLines([...records.slice(0, -1), asked], { place: { ...beginning } });
  rig.store.lines.splice(0, at, ...lines);
  rig.store.dieAfter = Number.POSITIVE_INFINITY;
}

async function intents(): Promise<number> {
  return (await rig.records()).filter(({ type }) => type === 'call.intent').length;
}

describe('a call whose effect cannot be repeated', () => {
  it('has people asked where its outcome is unknown, and is not made again before that', async () => {
    await broken();
    expect(await rig.attempt()).toEqual({ status: 'parked', why: 'approval', gates: ['g6'] });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', gates: ['g6'] });
    expect(await intents()).toBe(1);
    expect((await rig.records()).at(5)).toMatchObject({
      type: 'gate.opened',
      path: 'first#1~1/g1',
      body: { kind: 'unknown', name: 'files.write', risk: 'write' },
    });
  });

  it('is made once more where they say so', async () => {
    await broken();
    await rig.attempt();
    const [gate] = await rig.gates();
    rig.inbox.decide({ gate: gate?.gate ?? '', gateDigest: gate?.gateDigest ?? '', verdict: 'retry' });
    const ended = await rig.run();
    expect(ended.status).toBe('succeeded');
    expect(await intents()).toBe(2);
  });

  it('has the outcome that they supply, and says that it is from them', async () => {
    await broken();
    await rig.attempt();
    const [gate] = await rig.gates();
    const output = { path: 'workspace:a.md', bytes: 1, digest: `sha256:${'a'.repeat(64)}` };
    rig.inbox.decide({
      gate: gate?.gate ?? '',
      gateDigest: gate?.gateDigest ?? '',
      verdict: 'supply',
      outcome: { output },
    });
    const ended = await rig.run();
    expect(ended).toMatchObject({ status: 'succeeded', result: output });
    expect(await intents()).toBe(1);
    const outcome = (await rig.records()).find(({ type }) => type === 'call.outcome');
    expect(outcome?.body).toMatchObject({ from: { gate: 6 } });
  });

  it('counts once for rules on what was used, whoever says what came of it', async () => {
    const policyRules: Bundle['policyRules'] = [{ match: 'usage.calls >= 2', action: 'deny' }];
    await broken({ steps: [writing('a'), writing('b'), writing('c')], policyRules }, 5);
    await rig.attempt();
    const [gate] = await rig.gates();
    const output = { path: 'workspace:a.md', bytes: 1, digest: `sha256:${'a'.repeat(64)}` };
    rig.inbox.decide({
      gate: gate?.gate ?? '',
      gateDigest: gate?.gateDigest ?? '',
      verdict: 'supply',
      outcome: { output },
    });
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'CallDenied' } });
    expect((await rig.records()).find(({ type }) => type === 'call.denied')?.path).toBe('c#1~1');
  });

  it('ends the Session where they abort', async () => {
    await broken();
    await rig.attempt();
    const [gate] = await rig.gates();
    rig.inbox.decide({ gate: gate?.gate ?? '', gateDigest: gate?.gateDigest ?? '', verdict: 'abort' });
    const ended = await rig.run();
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'Aborted' } });
    expect(await intents()).toBe(1);
  });

  it('has whoever had to approve it say what came of it, and nobody else', async () => {
    const tool = { type: 'module', tree: digestOf('tree'), entry: 'index.ts', tool: 'drop' } as const;
    const approvers = { users: ['eve'], minIdentity: 'os-uid' } as const;
    rig = new SessionRig(
      bundleOf({
        tools: [{ name: 'base.drop', source: tool, risk: 'destructive' }],
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
    await rig.attempt({ hosts: { call: kill } }).catch(() => undefined);
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
    const ended = await rig.run({ hosts: { call: async () => 'dropped' } });
    expect(ended).toMatchObject({ status: 'succeeded', result: 'dropped' });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { chainLines } from '../../test/conformance/store-samples.ts';
import { beginning } from '../journal/chain.ts';

let rig: SessionRig;
afterEach(() => rig.dispose());

/** A Session whose process died after an intent that only somebody who knows may repeat. */
async function broken(): Promise<void> {
  rig = new SessionRig(bundleOf({ steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'x' } })] }));
  rig.store.dieAfter = 4;
  await rig.run().catch(() => undefined);
  const [started, attempt, step, intent] = await rig.records();
  if (started === undefined || attempt === undefined || step === undefined || intent?.type !== 'call.intent')
    throw new Error('not killed after the intent');
  // As a tool of another kind would have asked.
  const asked = { ...intent, body: { ...intent.body, recovery: 'unknown' as const } };
  rig.store.lines.splice(0, 4, ...chainLines([started, attempt, step, asked], { place: { ...beginning } }).lines);
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

  it('ends the Session where they abort', async () => {
    await broken();
    await rig.attempt();
    const [gate] = await rig.gates();
    rig.inbox.decide({ gate: gate?.gate ?? '', gateDigest: gate?.gateDigest ?? '', verdict: 'abort' });
    const ended = await rig.run();
    expect(ended).toMatchObject({ status: 'failed', error: { reason: 'Aborted' } });
    expect(await intents()).toBe(1);
  });
});

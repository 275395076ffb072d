import { afterEach, describe, expect, it } from 'vitest';
import { bundleOf, reply, stepOf } from '../../test/session/bundles.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';

const rigs: SessionRig[] = [];
const rigOf = (parts: Parameters<typeof bundleOf>[0]): SessionRig => {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

const writes = [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'x' } })];

describe('an attempt', () => {
  it('at a step whose process was killed after the intent stands with all its records at its own path', async () => {
    const rig = rigOf({
      steps: writes,
      tools: [{ name: 'files.write', source: { type: 'builtin', name: 'write' }, risk: 'network' }],
      policyRules: [{ match: 'call.name == "files.write"', action: 'allow' }],
    });
    rig.store.dieAfter = 5;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const { stateDigest } = await rig.run();
    expect(outline(await rig.records())).toEqual([
      'session.started',
      'attempt.started',
      'step.started first#1~1',
      'policy.decided first#1~1',
      'call.intent first#1~1',
      'attempt.started',
      'step.started first#1~2',
      'policy.decided first#1~2',
      'call.intent first#1~2',
      'file.access first#1~2',
      'call.outcome first#1~2',
      'workspace.snapshot first#1~2',
      'step.ended first#1~2',
      'session.ended',
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    const undisturbed = rigOf(rig.bundle);
    expect((await undisturbed.run()).stateDigest).toBe(stateDigest);
  });

  it('whose intent took too long to write is given up, but where it has no effect of its own', async () => {
    const rig = rigOf({
      replies: [reply('writer', 1, { toolCalls: [{ name: 'files.write', arguments: { path: 'a', text: 'x' } }] })],
    });
    const { store } = rig;
    const append = store.append.bind(store);
    let slow = 2;
    store.append = async (lines, options) => {
      await append(lines, options);
      if (lines.some((line) => line.includes('"call.intent"')) && slow-- > 0) rig.now += 6_000;
    };
    rig.store.dieAfter = 5;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const { stateDigest } = await rig.run();
    expect(outline(await rig.records()).filter((line) => line.startsWith('call.intent'))).toEqual([
      'call.intent first#1~1',
      'call.intent first#1~1/t1~2/c1~1',
      'call.intent first#1~1/t1~2/c1~2',
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('says what was torn off, the first one too', async () => {
    const rig = rigOf({ steps: writes });
    const { store } = rig;
    const open = store.open.bind(store);
    store.open = async () => ({ ...(await open()), torn: { bytes: 7, afterSeq: 0 } });
    await rig.run();
    expect((await rig.records())[1]).toMatchObject({
      type: 'attempt.started',
      epoch: 1,
      body: { attempt: 1, torn: { bytes: 7, afterSeq: 0 }, runtime: expect.any(String) },
    });
  });
});

describe('a message', () => {
  it('is recorded once for the whole journal, whoever says it again', async () => {
    const rig = rigOf({ steps: ['one', 'two'].map((id) => stepOf({ id, role: 'writer', task: 'Write.' })) });
    const { stateDigest } = await rig.run();
    const requests = (await rig.records()).flatMap((record) => (record.type === 'model.request' ? [record.body] : []));
    expect(requests.map(({ messages }) => messages.map(({ message }) => message !== null))).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });
});

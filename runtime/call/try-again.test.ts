import { afterEach, describe, expect, it } from 'vitest';
import { OrketError, type BundleTool } from '#crds';
import { type bundleOf, reply, roleOf, stepOf } from '../../test/session/bundles.ts';
import { adjustments, Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool } from '../../test/session/hosted.ts';
import type { SessionRig } from '../../test/session/rig.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

type Parts = Parameters<typeof bundleOf>[0];
const tools: readonly (readonly [string, Partial<BundleTool>])[] = [
  ['whose repeat nobody can judge', {}],
  ['that has a probe', { idempotency: { mode: 'probe', probe: 'desk.look' } }],
];
const look = hostedTool('desk.look', { risk: 'read' });
const failing = deskOf.bind(null, async () => {
  throw new OrketError('ToolFailed', 'no answer');
});
const rigOf = (send: Partial<BundleTool>, parts: Parts): SessionRig =>
  rigs.of({ tools: [hostedTool('desk.send', send), look], policyRules: allowAll, ...parts });

/** A role that sends in its first turn, and whose model cannot be asked after that. */
const busy: Parts = {
  replies: [
    reply('writer', 1, { toolCalls: [{ name: 'desk.send', arguments: {} }] }),
    reply('writer', 2, { error: { status: 503, message: 'busy' } }),
  ],
};
const sender = roleOf({ tools: ['desk.send'] });

async function ended(rig: SessionRig, desk = failing()): Promise<object> {
  const { hosts, called } = desk;
  const { status, error, stateDigest } = await rig.run({ hosts });
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  return { status, reason: error?.reason, sent: called.length };
}

describe.each(tools)('a call of a tool %s', (_what, send) => {
  const again = { name: 'again', when: 'status == "failed"', adjust: { op: 'retry' } } as const;

  it('is not made again because a rule wants its step tried again: that is only suggested', async () => {
    const rig = rigOf(send, {
      steps: [stepOf({ tool: 'desk.send' })],
      conductor: { mode: 'auto', rules: [again] },
    });
    expect(await ended(rig)).toEqual({ status: 'failed', reason: 'ToolFailed', sent: 1 });
    expect(await adjustments(rig)).toEqual(['first#1~1/e1 retry suggested by rule again']);
  });

  it('is not made again because a step that succeeded with it is to be tried again', async () => {
    const rig = rigOf(send, {
      steps: [stepOf({ tool: 'desk.send' })],
      conductor: { mode: 'auto', rules: [{ ...again, when: 'true' }] },
    });
    const desk = deskOf(async () => null);
    expect(await ended(rig, desk)).toMatchObject({ status: 'succeeded', sent: 1 });
    expect(await adjustments(rig)).toEqual(['first#1~1/e1 retry suggested by rule again']);
  });

  it.each([
    ['of the role', { ...sender, retry: { maxAttempts: 3 } }, {}],
    ['of its step', sender, { retry: { maxAttempts: 3 } }],
  ])('is not made again by a retry %s that called it', async (_where, role, step) => {
    const rig = rigOf(send, { ...busy, roles: [role], steps: [stepOf({ role: 'writer', task: 'Send.', ...step })] });
    expect(await ended(rig)).toEqual({ status: 'failed', reason: 'ModelBusy', sent: 1 });
  });

  it('is not made again by the retry of a step whose role gave no answer that could be used', async () => {
    const rig = rigOf(send, {
      replies: [reply('writer', 1, { toolCalls: [{ name: 'desk.send', arguments: {} }] }), { text: '' }],
      roles: [sender],
      steps: [stepOf({ role: 'writer', task: 'Send.', retry: { maxAttempts: 3 } })],
    });
    expect(await ended(rig)).toMatchObject({ status: 'failed', sent: 1 });
  });

  it('is made again where a person says so', async () => {
    const rig = rigOf(send, { steps: [stepOf({ tool: 'desk.send' })] });
    const desk = deskOf(async (before) => {
      if (before > 0) return 'sent';
      rig.inbox.adjust({ op: 'retry', step: 'first' });
      throw new OrketError('ToolFailed', 'no answer');
    });
    expect(await ended(rig, desk)).toMatchObject({ status: 'succeeded', sent: 2 });
  });

  it('is made again where it is certain that nothing happened', async () => {
    const rig = rigOf(send, { steps: [stepOf({ tool: 'desk.send', retry: { maxAttempts: 3 } })] });
    const desk = deskOf(async () => {
      throw new OrketError('ToolsNotReachable', 'the host did not start');
    });
    expect(await ended(rig, desk)).toEqual({ status: 'failed', reason: 'ToolsNotReachable', sent: 3 });
  });
});

describe('a role that is tried again', () => {
  it('may have called what can be repeated', async () => {
    const send = { idempotency: { mode: 'keyed' } } as const;
    const rig = rigOf(send, {
      ...busy,
      roles: [{ ...sender, retry: { maxAttempts: 3 } }],
      steps: [stepOf({ role: 'writer', task: 'Send.' })],
    });
    expect(await ended(rig)).toEqual({ status: 'failed', reason: 'ModelBusy', sent: 3 });
  });

  it.each([
    ['refuses what it is asked', { error: { status: 401, message: 'who are you?' } }, 'ModelRefused', 1],
    ['is busy', { error: { status: 503, message: 'busy' } }, 'ModelBusy', 6],
  ] as const)(
    'is asked for once more only where that can help: a server that %s',
    async (_what, said, reason, asked) => {
      const rig = rigs.of({ replies: [said], roles: [roleOf({ tools: [], retry: { maxAttempts: 2 } })] });
      expect(await ended(rig)).toMatchObject({ status: 'failed', reason });
      expect((await rig.records()).filter(({ type }) => type === 'model.request')).toHaveLength(asked);
    },
  );

  it('may have failed before it called what cannot be', async () => {
    const rig = rigOf(
      {},
      {
        replies: [{ error: { status: 503, message: 'busy' } }],
        roles: [{ ...sender, retry: { maxAttempts: 2 } }],
        steps: [stepOf({ role: 'writer', task: 'Send.' })],
      },
    );
    expect(await ended(rig)).toEqual({ status: 'failed', reason: 'ModelBusy', sent: 0 });
    expect((await rig.records()).filter(({ type }) => type === 'call.intent')).toHaveLength(2);
  });
});

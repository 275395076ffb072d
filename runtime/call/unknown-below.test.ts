import { afterEach, describe, expect, it } from 'vitest';
import { OrketError, type Bundle } from '#crds';
import { bundleOf, reply, roleOf, scoreOf, stepOf } from '../../test/session/bundles.ts';
import { Rigs } from '../../test/session/governed.ts';
import { allowAll, deskOf, hostedTool } from '../../test/session/hosted.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

const send = stepOf({ id: 'send', tool: 'desk.send', input: { text: 'x' } });
const nested = scoreOf([send]);
const asksFor = { toolCalls: [{ name: 'desk.send', arguments: { text: 'x' } }] };
const role = {
  roles: [roleOf({ name: 'sender', tools: ['desk.send', 'desk.outer'] })],
  replies: [reply('sender', 1, asksFor), { text: 'Done.' }],
} as const;

/** What a call whose outcome nobody knows lies in: each is entered again and has its own records around it. */
const places: readonly (readonly [string, Parameters<typeof bundleOf>[0]])[] = [
  ['a role', { ...role, steps: [stepOf({ role: 'sender', task: 'Send.' })] }],
  ['a tool that is entered again', { steps: [stepOf({ tool: 'desk.outer' })] }],
  [
    'a tool that is entered again, in a role',
    {
      ...role,
      replies: [reply('sender', 1, { toolCalls: [{ name: 'desk.outer', arguments: {} }] }), { text: 'Done.' }],
      steps: [stepOf({ role: 'sender', task: 'Send.' })],
    },
  ],
  ['a Score', { scores: [nested], steps: [stepOf({ score: nested.digest, input: {} })] }],
  [
    'an item',
    {
      blocks: [{ name: 'each', steps: [send] }],
      steps: [stepOf({ forEach: { items: '["a"]', block: 'each' } })],
    },
  ],
];

const answers = [
  ['made once more', { verdict: 'retry' }, 2],
  ['supplied', { verdict: 'supply', outcome: { output: 'seen' } }, 1],
  ['given up', { verdict: 'abort' }, 1],
] as const;

describe.each(places)('a call of which nobody knows what came of it, in %s', (_what, parts) => {
  it.each(answers)('is %s where people say so, and the Session replays', async (_how, decision, times) => {
    const tools = [hostedTool('desk.send'), hostedTool('desk.outer', { reentrant: true })];
    const bundle: Bundle = bundleOf({ tools, policyRules: allowAll, ...parts });
    const rig = rigs.ofBundle(bundle);
    let sent = 0;
    const { hosts } = deskOf(async (_before, context, name) => {
      if (name === 'desk.outer') return context.call('desk.send', { text: 'x' });
      sent += 1;
      if (sent === 1) rig.store.dieAfter = rig.store.lines.length;
      return `sent ${sent}`;
    });
    const died = await rig.attempt({ hosts }).catch((error: unknown) => error);
    expect(died).toBeInstanceOf(OrketError);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    for (let gates = 0; (await rig.attempt({ hosts })).status === 'parked'; gates += 1) {
      const [open] = await rig.gates();
      if (open === undefined || gates > 3) throw new Error('nobody is asked, or without end');
      expect(open.opened.body.kind).toBe('unknown');
      rig.inbox.decide({ gate: open.gate, gateDigest: open.gateDigest, ...decision });
    }
    const ended = await rig.run({ hosts });
    expect(ended.status).toBe(decision.verdict === 'abort' ? 'failed' : 'succeeded');
    expect(sent).toBe(times);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: ended.stateDigest });
  });
});

import type { BundleApprovers } from '#crds';
import { bundleOf, reply, roleOf, stepOf } from './bundles.ts';
import { personOf } from './memory-inbox.ts';
import type { SessionRig } from './rig.ts';

const approvers: BundleApprovers['approvers'] = { users: ['ada', 'grace'], quorum: 2 };

/** People and rules have their say: calls wait, one is edited, one expires, steps are patched and skipped. */
const bundle = bundleOf({
  roles: [roleOf(), roleOf({ name: 'editor', prompt: 'You edit.' })],
  policyRules: [
    { match: 'call.name == "files.write" && call.input.path == "two.md"', action: 'approve', name: 'two', approvers },
    { match: 'call.name == "files.write"', action: 'approve', name: 'writing', expiresAfterSeconds: 3600 },
  ],
  conductor: {
    mode: 'auto',
    rules: [
      {
        name: 'calm',
        phase: 'before',
        when: 'step.id == "edit"',
        adjust: { op: 'patch', role: 'editor', patch: { instructions: ['Be calm.'] } },
      },
    ],
  },
  steps: [
    stepOf({ id: 'write', role: 'writer', task: 'Write.' }),
    stepOf({ id: 'sure', approval: { message: 'Is it good?', approvers: { notRequester: true } } }),
    stepOf({ id: 'publish', tool: 'files.write', input: { path: 'late.md', text: 'never' } }),
    stepOf({ id: 'edit', role: 'editor', task: 'Edit.' }),
  ],
  replies: [
    reply('writer', 1, {
      toolCalls: [
        { name: 'files.write', arguments: { path: 'one.md', text: 'one' } },
        { name: 'files.write', arguments: { path: 'two.md', text: 'two' } },
      ],
    }),
    { text: '${{ request.messages[0].content }}' },
  ],
});

export const governed = {
  name: 'governed',
  bundle,
  drive: async (rig: SessionRig): Promise<void> => {
    await rig.attempt();
    await decide(rig, 'ada', { input: { path: 'one.md', text: 'edited' } });
    await rig.attempt();
    // Somebody who is not asked, then one of the two, then the other.
    for (const name of ['mallory', 'ada']) await decide(rig, name);
    await rig.attempt();
    rig.inbox.adjust({ op: 'skip', step: 'publish', reason: 'not today' });
    await decide(rig, 'grace');
    await rig.attempt();
    await decide(rig, 'ada', { note: 'It is.' });
    await rig.run();
  },
};

async function decide(rig: SessionRig, name: string, more: object = {}): Promise<void> {
  const [open] = await rig.gates();
  if (open === undefined) throw new Error('no gate waits');
  const { gate, gateDigest } = open;
  rig.inbox.decide({ gate, gateDigest, verdict: 'approve', from: personOf(name), ...more });
}

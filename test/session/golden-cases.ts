import type { Bundle, BundleStep } from '#crds';
import { bundleOf, reply, roleOf, scoreOf, stepOf, toolOf } from './bundles.ts';
import { beginFork } from '../../runtime/fork/begin.ts';
import { governed } from './governed-case.ts';
import { SessionRig } from './rig.ts';

/** A Session that is kept as it was recorded: every later version must replay it to the same state. */
export interface GoldenCase {
  readonly name: string;
  readonly bundle: Bundle;
  /** How it is run; by default once, to its end. */
  readonly drive?: (rig: SessionRig) => Promise<void>;
}

const write = (
  path: string,
  text: string,
): { readonly name: string; readonly arguments: { path: string; text: string } } => {
  return { name: 'files.write', arguments: { path, text } };
};
const read = (path: string): { readonly name: string; readonly arguments: { path: string } } => {
  return { name: 'files.read', arguments: { path } };
};

const files = bundleOf({
  inputs: { topic: 'tides' },
  roles: [
    roleOf({
      name: 'editor',
      prompt: 'You edit.',
      instructions: ['Be brief.', 'Name your sources.'],
      callable: ['writer'],
      outputSchema: { type: 'object', properties: { words: { type: 'integer' } }, required: ['words'] },
    }),
    roleOf({ inputSchema: { type: 'object', properties: { tone: { type: 'string' } }, required: ['tone'] } }),
  ],
  steps: [
    stepOf({ id: 'seed', tool: 'files.write', input: { path: 'seed.md', text: 'About ${{ inputs.topic }}.' } }),
    stepOf({
      id: 'edit',
      role: 'editor',
      task: 'Edit ${{ steps.seed.output.path }}.',
      input: { bytes: '${{ steps.seed.output.bytes }}' },
      artifact: { name: 'text', mediaType: 'text/markdown', path: 'text.md' },
    }),
    stepOf({
      id: 'list',
      tool: 'files.list',
      input: { path: 'workspace:', recursive: true },
      artifact: { name: 'files', mediaType: 'application/json' },
    }),
  ],
  replies: [
    reply('editor', 1, {
      text: 'First what is there.',
      toolCalls: [
        read('seed.md'),
        read('none.md'),
        { name: 'writer', arguments: { task: 'Write.', input: { tone: 'calm' } } },
        read('text.md'),
      ],
    }),
    reply('editor', 2, { text: 'About 7 words' }),
    reply('editor', 3, { text: '```json\n{"words":"seven"}\n```' }),
    reply('editor', 4, { text: '{"words":7}' }),
    reply('writer', 1, { toolCalls: [write('text.md', 'The tide is in, the tide is out.'), write('notes/a.md', 'ä')] }),
    reply('writer', 2, { text: 'Written.' }),
  ],
});

const denied = bundleOf({
  tools: [...(bundleOf().tools ?? []), toolOf('net.list', 'list', 'network'), toolOf('net.read', 'read', 'network')],
  roles: [roleOf({ tools: ['files.read', 'files.write', 'net.list', 'net.read'] })],
  policyRules: [
    { match: 'call.name == "files.write" && call.input.path.startsWith("secret")', action: 'deny' },
    { match: 'call.name == "net.list" && call.role == "writer"', action: 'allow' },
    { match: 'call.name == "net.read"', action: 'deny' },
  ],
  steps: [
    stepOf({ role: 'writer', task: 'Try.' }),
    stepOf({ id: 'second', tool: 'net.read', input: { path: 'a.md' } }),
  ],
  replies: [
    reply('writer', 1, {
      toolCalls: [
        write('secret.md', 'no'),
        { name: 'net.list', arguments: { path: 'workspace:' } },
        { name: 'net.read', arguments: { path: 'a.md' } },
        { name: 'nobody.here', arguments: {} },
        { name: 'files.read', arguments: { file: 'a.md' } },
        read('../outside'),
      ],
    }),
    reply('writer', 2, { text: 'Half of it is not allowed.' }),
  ],
});

const flaky = bundleOf({ replies: [reply('writer', 1, { error: { status: 503, message: 'busy' } })] });

const slow = bundleOf({
  limits: { activeSeconds: 40 },
  replies: [reply('writer', 1, { toolCalls: [write('a.md', 'x')] }), { text: 'Late.', delaySeconds: 100 }],
});

const perItem = stepOf({
  id: 'note',
  tool: 'files.write',
  input: { path: '${{ item }}.md', text: '${{ index }}: ${{ inputs.topic }}' },
});
const ask: Partial<BundleStep> = { role: 'writer', task: 'Write about ${{ inputs.topic }}.' };
const draft = stepOf({
  id: 'draft',
  ...ask,
  input: { round: '${{ iteration }}', before: '${{ previous }}' },
  until: { condition: 'iteration == 2 && output == previous', maxIterations: 3 },
});
const inner = scoreOf([draft]);
const lost = stepOf({ id: 'lost', tool: 'files.read', input: { path: 'none.md' } });

/** Every kind of step that asks nobody. */
const steps = bundleOf({
  inputs: { topic: 'tides', names: ['ebb', 'flow', 'slack'] },
  steps: [
    stepOf({
      id: 'fan',
      parallel: {
        branches: [
          { name: 'left', block: 'each' },
          { name: 'right', block: 'write' },
        ],
      },
    }),
    stepOf({ id: 'never', ...ask, when: 'size(steps.fan.branches.left.output) > 3' }),
    stepOf({
      id: 'list',
      tool: 'files.list',
      input: { path: 'workspace:', recursive: true },
      when: '!has(steps.never.output)',
      artifact: { name: 'files', mediaType: 'application/json' },
    }),
    stepOf({ id: 'again', forEach: { items: '[1]', block: 'lost' }, retry: { maxAttempts: 2 } }),
  ],
  blocks: [
    {
      name: 'each',
      steps: [stepOf({ id: 'each', forEach: { items: 'inputs.names', block: 'item', concurrency: 2 } })],
    },
    { name: 'item', steps: [perItem] },
    { name: 'lost', steps: [lost] },
    {
      name: 'write',
      steps: [stepOf({ id: 'call', score: inner.digest, input: { topic: '${{ inputs.topic }} again' } })],
    },
  ],
  scores: [inner],
  replies: [{ text: 'The tide is in.' }],
});

/** Time decides how far the branch came that is cancelled: what it wrote by then is undone. */
const noted = (n: number) => stepOf({ id: `n${n}`, tool: 'files.write', input: { path: `n${n}.md`, text: 'note' } });
const failFast = bundleOf({
  steps: [
    stepOf({
      id: 'fan',
      parallel: {
        branches: [
          { name: 'slow', block: 'slow' },
          { name: 'lost', block: 'lost' },
        ],
        failFast: true,
      },
    }),
  ],
  blocks: [
    { name: 'lost', steps: [...[1, 2, 3].map(noted), lost] },
    { name: 'slow', steps: [noted(0), stepOf({ id: 'wait', ...ask, task: 'Wait.' })] },
  ],
  replies: [{ text: 'Late.', delaySeconds: 100 }],
});

/** Of `files`, before its second turn: what came before is taken over. */
async function fork(rig: SessionRig): Promise<void> {
  const parent = new SessionRig(files);
  try {
    await parent.run();
    await beginFork({
      parent: await parent.recording(),
      at: 'edit#1/t2',
      bundle: rig.bundle,
      uid: 'uid-1',
      provenance: rig.provenance,
      store: rig.store,
      clock: () => (rig.now += 1),
    });
    await rig.run();
  } finally {
    parent.dispose();
  }
}

export const goldenCases: readonly GoldenCase[] = [
  governed,
  { name: 'forked', bundle: files, drive: fork },
  { name: 'hello', bundle: bundleOf({ replies: [{ text: 'Hello.' }] }) },
  { name: 'files', bundle: files },
  { name: 'denied', bundle: denied },
  { name: 'steps', bundle: steps },
  { name: 'fail-fast', bundle: failFast },
  { name: 'model-down', bundle: flaky },
  {
    name: 'large',
    bundle: bundleOf({
      steps: [
        stepOf({ tool: 'files.write', input: { path: 'long.txt', text: 'tide '.repeat(10_000) } }),
        stepOf({ id: 'second', role: 'writer', task: 'Read it.', input: { text: 'wave '.repeat(8_000) } }),
      ],
      replies: [reply('writer', 1, { toolCalls: [read('long.txt')] }), { text: 'Read.' }],
    }),
  },
  {
    name: 'killed',
    bundle: files,
    drive: async (rig) => {
      for (const dieAfter of [10, 21, 22]) await killedAfter(rig, dieAfter);
      await rig.run();
    },
  },
  { name: 'broken-off', bundle: files, drive: (rig) => killedAfter(rig, 18) },
  {
    name: 'killed-steps',
    bundle: steps,
    drive: async (rig) => {
      for (const dieAfter of [12, 30, 45]) await killedAfter(rig, dieAfter);
      await rig.run();
    },
  },
  {
    name: 'killed-tool-step',
    bundle: bundleOf({ steps: [stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'x' } })] }),
    // After its intent: the step and its call are tried again, both at `first#1~2`.
    drive: async (rig) => {
      await killedAfter(rig, 4);
      await rig.run();
    },
  },
  {
    name: 'shared',
    bundle: bundleOf({
      steps: [
        stepOf({
          role: 'writer',
          task: 'Write.',
          artifact: { name: 'long', mediaType: 'text/plain', path: 'long.md' },
        }),
      ],
      replies: [
        reply('writer', 1, {
          toolCalls: [write('long.md', 'tide '.repeat(100)), write('blob.md', 'ebb '.repeat(9_000))],
        }),
        { text: 'flow '.repeat(100) },
      ],
    }),
    // Killed in between, so that the second attempt names what the first recorded.
    drive: async (rig) => {
      await killedAfter(rig, 8);
      await rig.run();
    },
  },
  {
    name: 'cancelled',
    bundle: slow,
    drive: async (rig) => {
      rig.onWait = (ms) => (ms === 100_000 ? rig.cancel.abort() : undefined);
      await rig.run();
    },
  },
  {
    name: 'timed-out',
    bundle: slow,
    drive: async (rig) => {
      rig.onWait = (ms) => (ms === 100_000 ? rig.passWaits(40_000) : undefined);
      await rig.run();
    },
  },
];

async function killedAfter(rig: SessionRig, records: number): Promise<void> {
  rig.store.dieAfter = records;
  await rig.run().catch(() => undefined);
  rig.store.dieAfter = Number.POSITIVE_INFINITY;
}

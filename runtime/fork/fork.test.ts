import { afterEach, describe, expect, it } from 'vitest';
import type { Bundle } from '#crds';
import type { SessionEnded } from '#runtime';
import { forked as forkOf, pathsOf, sameFork } from '../../test/session/forks.ts';
import { bundleOf, reply, roleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { goldenCases } from '../../test/session/golden-cases.ts';
import { allowAll, deskOf, hostedTool } from '../../test/session/hosted.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import { diffSessions } from '../diff/diff.ts';
import { beginFork } from './begin.ts';

const rigs: SessionRig[] = [];
const kept = (rig: SessionRig): SessionRig => {
  rigs.push(rig);
  return rig;
};
const rigOf = (bundle: Bundle): SessionRig => kept(new SessionRig(bundle));
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

async function forked(...args: Parameters<typeof forkOf>): ReturnType<typeof forkOf> {
  const fork = await forkOf(...args);
  kept(fork.rig);
  return fork;
}

describe('a fork without a change', () => {
  it.each(['files', 'killed'])('of %s comes to the state of its parent and replays to it', async (name) => {
    const golden = goldenCases.find((one) => one.name === name);
    const parent = rigOf(golden?.bundle ?? bundleOf());
    await (golden?.drive?.(parent) ?? parent.run());
    const { stateDigest } = await parent.run();
    const some = (await pathsOf(parent)).filter((_at, index) => index % 3 === 0);
    expect(some.length).toBeGreaterThan(3);
    for (const at of some) await sameFork(parent, at, stateDigest);
  });

  it('has rules see how often its parent tried a step that it took over', async () => {
    const flaky = hostedTool('desk.look', { risk: 'read', retry: { maxAttempts: 2 } });
    const write = stepOf({ id: 'last', tool: 'files.write', input: { path: 'a.md', text: 'plain' } });
    const patch = { op: 'patch', step: 'last', patch: { input: { text: 'patched' } } } as const;
    const parent = rigOf(
      bundleOf({
        tools: [flaky, toolOf('files.write', 'write')],
        policyRules: allowAll,
        steps: [stepOf({ id: 'flaky', tool: 'desk.look' }), stepOf({ role: 'writer', task: 'Write.' }), write],
        conductor: {
          mode: 'auto',
          rules: [{ name: 'again', when: 'step.id == "flaky" && attempt == 2', adjust: patch }],
        },
      }),
    );
    const desk = deskOf(async (before) => {
      if (before === 0) throw new Error('not yet');
      return 'seen';
    });
    const { stateDigest } = await parent.run({ hosts: desk.hosts });
    expect((await parent.records()).filter(({ type }) => type === 'conductor.adjusted')).toHaveLength(1);
    await sameFork(parent, 'first#1', stateDigest);
    await sameFork(parent, 'last#1', stateDigest);
  });
});

/** What the last record of a Session says. */
async function endOf(rig: SessionRig, { stateDigest }: SessionEnded) {
  const end = (await rig.records()).at(-1);
  if (end?.type !== 'session.ended' || end.body.stateDigest !== stateDigest) throw new Error('it has not ended');
  return end.body;
}

const editor = (prompt: string, second = 'Second.'): Bundle =>
  bundleOf({
    roles: [roleOf({ name: 'editor', prompt })],
    steps: [
      stepOf({ id: 'note', tool: 'files.write', input: { path: 'a.md', text: 'one' } }),
      stepOf({ id: 'edit', role: 'editor', task: 'Edit.' }),
    ],
    replies: [
      reply('editor', 1, { toolCalls: [{ name: 'files.read', arguments: { path: 'a.md' } }] }),
      reply('editor', 2, { text: second }),
    ],
  });

describe('a fork', () => {
  it('asks and does nothing again that came before its path, and goes on with what was changed', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    const { rig, result } = await forked(parent, 'edit#1/t2', { bundle: editor('New.', 'Third.') });
    expect(result.result).toMatchObject({ summary: 'Third.' });
    expect(outline(await rig.records())).toEqual([
      'session.started',
      'session.forked',
      'attempt.started',
      'step.started edit#1~1',
      'call.intent edit#1~1',
      'model.request edit#1~1/t2~1',
      'model.response edit#1~1/t2~1',
      'call.outcome edit#1~1',
      'workspace.snapshot edit#1~1',
      'step.ended edit#1~1',
      'session.ended',
    ]);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('does not judge what it took over by Policies and tools that are new', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    const strict = {
      ...editor('Old.'),
      policyRules: [{ match: 'call.kind == "tool"', action: 'deny' as const }],
    };
    const { rig, result } = await forked(parent, 'edit#1/t2', { bundle: strict });
    expect(result.status).toBe('succeeded');
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it('takes an outcome that a person supplies instead of making the call', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    const output = { path: 'workspace:a.md', text: 'told', offset: 0, bytes: 4, sizeBytes: 4, truncated: false };
    const { rig, result } = await forked(parent, 'edit#1/t1/c1', { outcomes: [{ path: 'edit#1/t1/c1', output }] });
    expect(result.status).toBe('succeeded');
    expect(outline(await rig.records()).filter((line) => line.includes('/c1'))).toEqual([]);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it('takes what a person says that a whole role came to', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    const outcomes = [{ path: 'edit#1', output: { summary: 'Told.', artifacts: [] } }];
    const { rig, result } = await forked(parent, 'edit#1', { outcomes });
    expect(result.result).toMatchObject({ summary: 'Told.' });
    expect(outline(await rig.records()).filter((line) => line.startsWith('model'))).toEqual([]);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it('records no secret that a person says by mistake', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    const output = { path: 'workspace:a.md', text: 'hunter-7', offset: 0, bytes: 4, sizeBytes: 4, truncated: false };
    const { rig } = await forked(parent, 'edit#1/t1/c1', {
      outcomes: [{ path: 'edit#1/t1/c1', output }],
      secrets: new Map([['keys/a', 'hunter-7']]),
    });
    expect(rig.store.lines.join('')).not.toContain('hunter-7');
    expect(rig.store.lines.join('')).toContain('‹secret:keys/a›');
  });

  it('counts what it took over towards its limits, and not as used by itself', async () => {
    const parent = rigOf(editor('Old.'));
    const { usage: all } = await endOf(parent, await parent.run());
    const limited = (calls: number): Bundle => ({ ...editor('Old.'), limits: { calls } });
    // The note and the read were taken over; the editor is called anew.
    const enough = await forked(parent, 'edit#1/t2', { bundle: limited(3) });
    expect(enough.result.status).toBe('succeeded');
    const { usage } = await endOf(enough.rig, enough.result);
    expect(usage.inputTokens).toBeLessThan(all.inputTokens);
    const { rig, result } = await forked(parent, 'edit#1/t2', { bundle: limited(2) });
    expect(result).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  });

  it('goes by what its parent saw when it began, unless it is told otherwise', async () => {
    const parent = rigOf(editor('Old.'));
    parent.observed = { tokens: { edit: [5] } };
    await parent.run();
    const observedOf = async (changes: Parameters<typeof forked>[2]): Promise<unknown> => {
      const [first] = await (await forked(parent, 'edit#1', changes)).rig.records();
      return first?.type === 'session.started' ? first.body.observed : null;
    };
    expect(await observedOf({})).toEqual({ tokens: { edit: [5] } });
    expect(await observedOf({ observed: {} })).toEqual({});
  });

  it('differs from its parent in nothing but what was changed and what followed from it', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    const before = await parent.recording();
    const same = await (await forked(parent, 'edit#1/t2')).rig.recording();
    expect(await diffSessions(before, same)).toEqual({
      closure: [],
      firstPath: null,
      happened: [],
      // What the parent used for what was taken over is in the usage of both.
      end: [{ field: 'ownUsage', after: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) } }],
    });
    const other = await (await forked(parent, 'edit#1/t2', { bundle: editor('New.') })).rig.recording();
    expect(await diffSessions(before, other)).toMatchObject({
      closure: [{ field: 'roles[editor].prompt' }],
      firstPath: 'edit#1/t2',
      happened: [{ path: 'edit#1/t2', what: 'turn', change: 'changed' }],
    });
  });

  it.each(['note#1', 'edit#1', 'edit#1/t1/c1', 'edit#1/t2'])('is forked at %s, which it only took over', async (at) => {
    const parent = rigOf(editor('Old.'));
    const { stateDigest } = await parent.run();
    const { rig: child } = await forked(parent, 'edit#1/t2');
    const { rig, result } = await forked(child, at);
    expect(result.stateDigest).toBe(stateDigest);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
    const lines = outline(await rig.records());
    expect(lines.filter((line) => line.startsWith('call.intent note'))).toHaveLength(at === 'note#1' ? 1 : 0);
  });

  it('that is killed goes on from its own journal', async () => {
    const parent = rigOf(editor('Old.'));
    const { stateDigest } = await parent.run();
    const rig = rigOf(parent.bundle);
    const options = {
      parent: await parent.recording(),
      at: 'edit#1',
      bundle: rig.bundle,
      uid: 'uid-1',
      provenance: {},
    };
    await beginFork({ ...options, store: rig.store, clock: () => (rig.now += 1) });
    rig.store.dieAfter = 6;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    expect((await rig.run()).stateDigest).toBe(stateDigest);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it('at a path at which nothing happened is refused with what there is', async () => {
    const parent = rigOf(editor('Old.'));
    await parent.run();
    await expect(forked(parent, 'edit#1/t9')).rejects.toMatchObject({
      reason: 'Usage',
      message: expect.stringContaining('edit#1/t2'),
    });
  });
});

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bundle } from '#crds';
import { bundleOf, reply, roleOf, stepOf } from '../../test/session/bundles.ts';
import { goldenCases } from '../../test/session/golden-cases.ts';
import { randomBundle } from '../../test/session/random-bundle.ts';
import { randomScore } from '../../test/session/random-score.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import { stablePath } from '../call/path.ts';
import { beginFork, type ForkOptions } from './begin.ts';

const rigs: SessionRig[] = [];
const rigOf = (bundle: Bundle): SessionRig => {
  const rig = new SessionRig(bundle);
  rigs.push(rig);
  return rig;
};
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

/** Forks a Session at a path and runs the fork to its end. */
async function forked(parent: SessionRig, at: string, changes: Partial<Pick<ForkOptions, 'bundle' | 'outcomes'>> = {}) {
  const rig = rigOf(changes.bundle ?? parent.bundle);
  await beginFork({
    parent: await parent.recording(),
    at,
    bundle: rig.bundle,
    uid: 'uid-1',
    provenance: {},
    store: rig.store,
    clock: () => (rig.now += 1),
    ...changes,
  });
  return { rig, result: await rig.run() };
}

async function pathsOf(rig: SessionRig): Promise<readonly string[]> {
  const paths = (await rig.records()).map(({ path }) => stablePath(path)).filter((path) => path !== '');
  return [...new Set(paths)];
}

describe('a fork without a change', () => {
  const cases = goldenCases.filter(({ name }) => !['cancelled', 'timed-out', 'broken-off'].includes(name));

  it.each(cases)('of $name, at every path, comes to the state of its parent and replays to it', async (golden) => {
    const parent = rigOf(golden.bundle);
    await (golden.drive?.(parent) ?? parent.run());
    const { stateDigest } = await parent.run();
    for (const at of await pathsOf(parent)) {
      const { rig, result } = await forked(parent, at);
      expect(result.stateDigest, at).toBe(stateDigest);
      expect(await rig.replay(), at).toEqual({ verdict: 'same', stateDigest });
      expect((await rig.records())[1]).toMatchObject({ type: 'session.forked', body: { at } });
      rig.dispose();
    }
  });
});

describe('a fork of any Session', () => {
  it('at any path comes to the state of its parent and replays to it', async () => {
    let forks = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(randomBundle, randomScore()), fc.nat(), async (bundle, which) => {
        const parent = rigOf(bundle);
        const { stateDigest } = await parent.run();
        const paths = await pathsOf(parent);
        const at = paths[which % paths.length];
        if (at === undefined) return;
        const { rig, result } = await forked(parent, at);
        expect(result.stateDigest, at).toBe(stateDigest);
        expect(await rig.replay(), at).toEqual({ verdict: 'same', stateDigest });
        forks += 1;
        for (const one of rigs.splice(0)) one.dispose();
      }),
      { numRuns: 40, seed: 3 },
    );
    expect(forks).toBeGreaterThan(30);
  });
});

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

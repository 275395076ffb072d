import { afterEach, describe, expect, it } from 'vitest';
import { bundleDigest, OrketError, type BundleBlock, type BundleStep, type JsonValue } from '#crds';
import { block, fail, write } from '../../test/session/scores.ts';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import { assembleRun } from '../assemble.ts';
import { LiveTrail } from '../call/live-trail.ts';
import { Presence } from '../call/presence.ts';
import type { Conductor } from '../conductor/conductor.ts';
import { openJournal } from '../journal/journal.ts';
import { createMask } from '../secrets/mask.ts';
import { noToolHosts } from '../tools/host/hosts.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { openBundleWorkspace } from '../workspace/from-bundle.ts';
import { sessionPlace } from './place.ts';
import { runScore } from './score.ts';

/** No rules, and nobody who changes anything. */
const noConductor: Conductor = {
  before: async ({ step }) => ({ kind: 'go', step }),
  after: async () => ({ retry: false }),
  roleAt: (role) => role,
  disabledAt: () => null,
};

const rigs: SessionRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

/** Executes steps under a Conductor; gives their output, or why they failed, and what was recorded. */
async function conducted(
  steps: readonly BundleStep[],
  conductor: Partial<Conductor>,
  blocks: readonly BundleBlock[] = [],
): Promise<{ readonly end: JsonValue; readonly records: readonly string[] }> {
  const bundle = bundleOf({ steps, blocks });
  const rig = new SessionRig(bundle);
  rigs.push(rig);
  const clock = (): number => (rig.now += 1);
  const journal = await openJournal({ store: rig.store, clock });
  const started = {
    uid: 'uid-1',
    bundle: { digest: bundleDigest(bundle), version: 1 },
    semantics: 1,
    runtime: '0',
    seed: '5eed'.repeat(16),
    provenance: {},
  };
  const { signal } = new AbortController();
  const run = assembleRun(bundle, started, {
    trail: new LiveTrail(journal, clock, signal, () => {}),
    mask: createMask(new Map()),
    workspace: await openBundleWorkspace(bundle, rig.launch, semanticsOf(1).fileLimits),
    provider: rig.provider,
    clock,
    sleep: (ms, until) =>
      rig.sleep(ms, until).then(
        () => true,
        () => false,
      ),
    state: rig.state,
    presence: new Presence(clock),
    desk: { decide: () => Promise.reject(new Error('nobody is asked')) },
    livePolicies: () => [],
    signal,
    hosts: noToolHosts,
    onDelta: () => {},
    onLog: () => {},
    onProgress: () => {},
    pause: () => {},
  });
  const place = sessionPlace({ ...run, conductor: { ...noConductor, ...conductor } }, signal);
  const end = await runScore(steps, place).catch((error: unknown) => (error as OrketError).reason);
  return { end, records: outline(journal.records) };
}

describe('the Conductor', () => {
  it('is asked before and told after each iteration of each step', async () => {
    const told: string[] = [];
    await conducted([write('a', { until: { condition: 'iteration == 2', maxIterations: 2 } }), write('b')], {
      before: async ({ path, step, iteration, scope }) => {
        told.push(`before ${path} ${iteration} ${Object.keys(scope).join()}`);
        return { kind: 'go', step };
      },
      after: async ({ path }, end) => {
        told.push(`after ${path} ${end.path} ${end.status}`);
        return { retry: false };
      },
    });
    expect(told).toEqual([
      'before a#1 1 inputs,iteration,previous,steps',
      'after a#1 a#1~1 succeeded',
      'before a#2 2 inputs,iteration,previous,steps',
      'after a#2 a#2~1 succeeded',
      'before b#1 1 inputs,steps',
      'after b#1 b#1~1 succeeded',
    ]);
  });

  it('has a step skipped', async () => {
    const { end, records } = await conducted(
      [write('a'), write('b', { input: { path: '${{ steps.a.status }}', text: '' } })],
      {
        before: async ({ step }) => (step.id === 'a' ? { kind: 'skip', reason: 'enough' } : { kind: 'go', step }),
      },
    );
    expect(end).toMatchObject({ path: 'workspace:skipped' });
    expect(records[0]).toBe('step.skipped a#1');
  });

  it('has another step executed in its place', async () => {
    const { end } = await conducted([write('a')], {
      before: async ({ step }) => ({ kind: 'go', step: { ...step, input: { path: 'patched.md', text: 'y' } } }),
    });
    expect(end).toMatchObject({ path: 'workspace:patched.md' });
  });

  it.each([
    ['that succeeded', write('a'), 'call.outcome'],
    ['that was denied', stepOf({ id: 'a', tool: 'nobody.here' }), 'call.denied'],
    ['that contains others', stepOf({ id: 'a', forEach: { items: '[]', block: 'none' } }), 'step.ended'],
  ])('has a step %s executed again as a new attempt', async (_what, step, type) => {
    const { records } = await conducted([step], { after: async (_view, { path }) => ({ retry: path === 'a#1~1' }) });
    expect(records.filter((line) => line.startsWith(type))).toEqual([`${type} a#1~1`, `${type} a#1~2`]);
    expect(records.filter((line) => line.startsWith('step.ended'))).toEqual(['step.ended a#1~1', 'step.ended a#1~2']);
  });

  it('aborts: the step fails', async () => {
    const { end, records } = await conducted([write('a')], {
      before: async () => Promise.reject(new OrketError('Aborted', 'a person ended it')),
    });
    expect(end).toBe('Aborted');
    expect(records).toEqual(['workspace.snapshot a#1~1', 'step.ended a#1~1']);
  });
});

describe('a Session that parks in a branch', () => {
  const fan = (failFast: boolean): BundleStep => {
    const branches = ['left', 'right'].map((name) => ({ name, block: name }));
    return stepOf({ id: 'fan', parallel: { branches, failFast } });
  };
  const parking: Partial<Conductor> = {
    before: async ({ step }) => {
      if (step.id === 'gate') throw new OrketError('SessionParked', 'it waits for people');
      return { kind: 'go', step };
    },
  };

  it('does so once the others have ended, and records nothing for what waits', async () => {
    const blocks = [block('left', write('gate')), block('right', write('a'), write('b'))];
    const { end, records } = await conducted([fan(false)], parking, blocks);
    expect(end).toBe('SessionParked');
    expect(records.filter((line) => line.startsWith('step'))).toEqual([
      'step.started fan#1~1',
      'step.started fan#1~1/right/a#1~1',
      'step.ended fan#1~1/right/a#1~1',
      'step.started fan#1~1/right/b#1~1',
      'step.ended fan#1~1/right/b#1~1',
    ]);
  });

  it('does not where a failure beside it cancels that branch', async () => {
    const blocks = [block('left', write('gate')), block('right', fail('lost'))];
    const { end, records } = await conducted([fan(true)], parking, blocks);
    expect(end).toBe('FileNotFound');
    expect(records).toContain('step.ended fan#1~1/left');
    expect((await conducted([fan(false)], parking, blocks)).end).toBe('SessionParked');
  });
});

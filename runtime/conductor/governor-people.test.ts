import { afterEach, describe, expect, it } from 'vitest';
import { stepOf } from '../../test/session/bundles.ts';
import { adjustments, echo, Rigs, runAndReplay, twoSteps } from '../../test/session/governed.ts';
import type { SessionRig } from '../../test/session/rig.ts';
import { control, wish } from '../../test/session/say.ts';
import type { Adjust } from '../inbox/inbox.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

describe('a person', () => {
  it.each<[string, Adjust, object]>([
    [
      'skips a step',
      { op: 'skip', step: 'two' },
      { status: 'succeeded', result: { summary: expect.stringContaining('|One.|') } },
    ],
    [
      'skips an execution by its path',
      { op: 'skip', step: 'two#1' },
      { result: { summary: expect.stringContaining('|One.|') } },
    ],
    ['skips what comes next', { op: 'skip' }, { result: { summary: expect.stringContaining('|One.|') } }],
    [
      'patches a role',
      { op: 'patch', role: 'writer', patch: { prompt: 'Sing.' } },
      { result: { summary: 'Sing.|Two.|' } },
    ],
    [
      'patches a step',
      { op: 'patch', step: 'two', patch: { task: 'Three.' } },
      { result: { summary: expect.stringContaining('|Three.|') } },
    ],
    ['disables a role', { op: 'disable', role: 'writer' }, { error: { reason: 'RoleDisabled' } }],
    ['disables a step', { op: 'disable', step: 'two' }, { result: { summary: expect.stringContaining('|One.|') } }],
    ['aborts', { op: 'abort' }, { status: 'failed', error: { reason: 'Aborted' } }],
    ['has a step tried again', { op: 'retry', step: 'one' }, { status: 'succeeded' }],
  ])('%s', async (_what, adjust, ended) => {
    const rig = await rigs.wishedAfterOne(adjust);
    expect(await runAndReplay(rig)).toMatchObject(ended);
    expect(await adjustments(rig)).toHaveLength(1);
  });

  it('pauses the Session, and it goes on once somebody says so', async () => {
    const rig = await rigs.wishedAfterOne({ op: 'pause' });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'paused' });
    await control(rig, 'c-1', 'resume');
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
  });

  it('takes back what was applied, and what was not applied yet', async () => {
    const rig = await rigs.wishedAfterOne({ op: 'skip', step: 'two' });
    await wish(rig, 'w-2', { op: 'patch', role: 'writer', patch: { prompt: 'Sing.' } });
    await wish(rig, 'w-3', { op: 'revert', reverts: 'w-2' });
    await wish(rig, 'w-4', { op: 'revert', reverts: 'w-1' });
    expect((await runAndReplay(rig)).result).toMatchObject({
      summary: expect.stringMatching(/^You write.*\|Two\.\|$/s),
    });
    expect(await adjustments(rig)).toEqual([
      'one#1~1/e1 patch applied by person ada',
      'one#1~1/e2 revert applied by person ada',
      'one#1~1/e3 revert applied by person ada',
    ]);
  });

  it('changes nothing before the point that the Session had come to', async () => {
    const rig = rigs.of({ steps: twoSteps, replies: echo });
    await rigs.killedAfter(rig, 'step.started two#1~1');
    await wish(rig, 'w-1', { op: 'retry', step: 'one' });
    await wish(rig, 'w-2', { op: 'skip', step: 'two' });
    expect((await runAndReplay(rig)).result).toMatchObject({ summary: expect.stringContaining('|Two.|') });
    expect(await adjustments(rig)).toEqual([]);
  });

  it('reaches every branch, each at its own next point, and what comes after them once', async () => {
    const rig = rigs.of({
      steps: [
        stepOf({
          id: 'fan',
          parallel: {
            branches: [
              { name: 'left', block: 'b' },
              { name: 'right', block: 'b' },
            ],
          },
        }),
        stepOf({ id: 'last', role: 'writer', task: 'Last.' }),
      ],
      blocks: [{ name: 'b', steps: twoSteps }],
      replies: echo,
    });
    await rigs.killedAfter(rig, 'step.started fan#1~1');
    await wish(rig, 'w-1', { op: 'patch', role: 'writer', patch: { instructions: ['Sing.'] } });
    const { result } = await runAndReplay(rig);
    expect((await adjustments(rig)).toSorted()).toEqual([
      'fan#1~1/left/one#1/b1 patch applied by person ada',
      'fan#1~1/right/one#1/b1 patch applied by person ada',
    ]);
    expect(JSON.stringify(result).split('Sing.')).toHaveLength(2);
  });
});

describe('what acts at once', () => {
  /** A Session whose first turn hangs until a person has said something. */
  const hanging = (say: (rig: SessionRig) => void): SessionRig => {
    const rig = rigs.of({ steps: twoSteps, replies: echo });
    const { provider } = rig;
    rig.provider = {
      ...provider,
      generate: async (request, options) => {
        if (rig.inbox.size > 0 || said) return provider.generate(request, options);
        said = true;
        say(rig);
        await new Promise((resolve) => options.signal.addEventListener('abort', resolve, { once: true }));
        throw options.signal.reason;
      },
    };
    let said = false;
    return rig;
  };

  it('is an abort: what is in flight ends, and the record says who', async () => {
    const rig = hanging(({ inbox }) => inbox.adjust({ op: 'abort', reason: 'enough' }));
    expect(await runAndReplay(rig)).toMatchObject({ status: 'failed', error: { reason: 'Aborted' } });
    expect(await adjustments(rig)).toEqual(['one#1~1/e1 abort applied by person ada']);
  });

  it('is a pause: the turn that was in flight is taken again afterwards', async () => {
    const rig = hanging(({ inbox }) => inbox.adjust({ op: 'pause' }));
    expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'paused' });
    rig.inbox.control('resume');
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
    expect(await adjustments(rig)).toEqual(['one#1~1/e1 pause applied by person ada']);
  });

  it('is none that names a step: it waits for that', async () => {
    const rig = rigs.of({ steps: twoSteps, replies: echo });
    rig.inbox.adjust({ op: 'pause', step: 'two' });
    expect(await rig.attempt()).toMatchObject({ status: 'parked', why: 'paused' });
    expect(await adjustments(rig)).toEqual(['two#1/b1 pause applied by person ada']);
    rig.inbox.control('resume');
    expect(await runAndReplay(rig)).toMatchObject({ status: 'succeeded' });
  });
});

import { describe, expect, it } from 'vitest';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { Rigs, twoSteps } from '../../test/session/governed.ts';
import type { Adjust } from '../inbox/inbox.ts';
import type { Refusal } from '../inbox/refusal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { adjustRefusal } from './adjust-refusal.ts';

const bundle = bundleOf({
  steps: [
    ...twoSteps,
    stepOf({ id: 'fan', parallel: { branches: [{ name: 'left', block: 'b' }] } }),
    { ...stepOf({ id: 'loop', role: 'writer', task: 'L.' }), until: { condition: 'iteration > 2', maxIterations: 3 } },
    stepOf({ id: 'last', role: 'writer', task: 'Last.' }),
  ],
  blocks: [{ name: 'b', steps: [stepOf({ id: 'inner', role: 'writer', task: 'I.' })] }],
});

let seq = 0;
const base = { v: 1, epoch: 1, prev: '', hash: '', at: '', synced: 0 } as const;
function began(path: string): JournalRecord {
  const body = { kind: 'role', name: 'writer', inputDigest: null } as never;
  return { ...base, seq: (seq += 1), type: 'step.started', path, body };
}
function adjusted(id: string, status: 'applied' | 'suggested', value: object = { op: 'skip' }): JournalRecord {
  const op = 'op' in value ? value.op : '';
  const body = { id, op, status, value: { value }, valueDigest: '', origin: 'person', by: 'ada', reason: '' } as never;
  return { ...base, seq: (seq += 1), type: 'conductor.adjusted', path: 'one#1/b1', body };
}

describe('an adjustment that a person asks for', () => {
  it.each<[string, Adjust, readonly JournalRecord[], Partial<Refusal>]>([
    [
      'a step that is none',
      { op: 'skip', step: 'tow' },
      [],
      { expected: expect.stringContaining('one, two'), remedy: expect.stringContaining('Did you mean "two"?') },
    ],
    ['an execution of a step that is none', { op: 'skip', step: 'fan#1/left/iner#1' }, [], { found: '"iner"' }],
    [
      'a role that is none',
      { op: 'disable', role: 'wirter' },
      [],
      { what: 'there is no role "wirter"', expected: 'one of writer' },
    ],
    [
      'a tool that is none',
      { op: 'disable', tool: 'files.lst' },
      [],
      { remedy: expect.stringContaining('"files.list"') },
    ],
    [
      'a task for a role',
      { op: 'patch', role: 'writer', patch: { task: 'T' } },
      [],
      { expected: 'prompt, instructions, model or params' },
    ],
    ['a prompt for a step', { op: 'patch', step: 'two', patch: { prompt: 'P' } }, [], { expected: 'task or input' }],
    [
      'a temperature beyond its bound',
      { op: 'patch', role: 'writer', patch: { params: { temperature: 5 } } },
      [],
      { what: 'patch.params.temperature cannot be set so', expected: 'a number from 0 to 2', found: '5' },
    ],
    [
      'a broken expression',
      { op: 'patch', step: 'two', patch: { task: 'Of ${{ inputs. }}' } },
      [],
      { what: expect.stringContaining('patch.task') },
    ],
    [
      'an expression over what a step does not see',
      { op: 'patch', step: 'two', patch: { input: { a: ['${{ usage.tokens }}'] } } },
      [],
      { found: 'usage', what: expect.stringContaining('patch.input.a[0]') },
    ],
    [
      'the output of a step that is none',
      { op: 'patch', step: 'two', patch: { task: 'Say ${{ steps.oen.output }}' } },
      [],
      {
        what: 'patch.task: there is no step before this one "oen"',
        expected: 'one of one',
        remedy: expect.stringContaining('Did you mean "one"?'),
      },
    ],
    [
      'the output of a step that comes later',
      { op: 'patch', step: 'one', patch: { input: { text: '${{ steps.two.output }}' } } },
      [],
      { what: 'patch.input.text: there is no step before this one "two"', found: '"two"' },
    ],
    [
      'a field that the output of a step has not',
      { op: 'patch', step: 'two', patch: { task: '${{ steps.one.output.sumary }}' } },
      [],
      { remedy: expect.stringContaining('Did you mean "summary"?') },
    ],
    [
      'the item of a loop outside of one',
      { op: 'patch', step: 'inner', patch: { task: '${{ item }}' } },
      [],
      { found: '"item"' },
    ],
    ['a skip of a step that has begun', { op: 'skip', step: 'one' }, [began('one#1~1')], { found: 'it has begun' }],
    [
      'a skip of an execution that has begun',
      { op: 'skip', step: 'fan#1/left/inner#1' },
      [began('fan#1~1'), began('fan#1~1/left/inner#1~1')],
      { found: 'it has begun' },
    ],
    [
      'a retry of a step that the Session left behind',
      { op: 'retry', step: 'one' },
      [began('one#1~1'), began('two#1~1')],
      { found: 'the Session is at two' },
    ],
    [
      'a patch of a step in a block that is over',
      { op: 'patch', step: 'inner', patch: { task: 'T' } },
      [began('fan#1~1'), began('loop#1~1')],
      { found: 'the Session is at loop' },
    ],
    [
      'a revert of nothing',
      { op: 'revert', reverts: 'w-1' },
      [adjusted('w-2', 'applied')],
      { expected: 'the id of an adjustment: w-2' },
    ],
    [
      'a second revert',
      { op: 'revert', reverts: 'w-2' },
      [adjusted('w-2', 'applied'), adjusted('w-3', 'applied', { op: 'revert', reverts: 'w-2' })],
      { found: 'w-3 by ada', remedy: 'Revert w-3 to have it again.' },
    ],
    [
      'an apply of what was no suggestion',
      { op: 'apply', applies: 'w-2' },
      [adjusted('w-2', 'applied')],
      { expected: 'the id of a suggestion; there is none' },
    ],
  ])('is refused where it is %s', (_what, adjust, records, refusal) => {
    expect(adjustRefusal(adjust, bundle, records)).toMatchObject(refusal);
  });

  it.each<[string, Adjust, readonly JournalRecord[]]>([
    ['a step to come', { op: 'skip', step: 'two' }, [began('one#1~1')]],
    ['the next iteration of a loop', { op: 'skip', step: 'loop' }, [began('loop#1~1')]],
    [
      'another execution in a block that goes on',
      { op: 'skip', step: 'inner' },
      [began('fan#1~1'), began('fan#1~1/left/inner#1~1')],
    ],
    ['a retry of the step at hand', { op: 'retry', step: 'one' }, [began('one#1~1')]],
    [
      'a patch with expressions',
      { op: 'patch', step: 'two', patch: { task: 'Of ${{ steps.one.output }}', input: { a: 1 } } },
      [],
    ],
    [
      'a patch of a role',
      { op: 'patch', role: 'writer', patch: { prompt: 'P', instructions: ['I'], params: { temperature: 1 } } },
      [],
    ],
    ['a suggestion', { op: 'apply', applies: 's.1' }, [adjusted('s.1', 'suggested')]],
    ['what was applied', { op: 'revert', reverts: 'w-1' }, [adjusted('w-1', 'applied')]],
    ['an abort', { op: 'abort' }, []],
  ])('is taken for %s', (_what, adjust, records) => {
    expect(adjustRefusal(adjust, bundle, records)).toBeNull();
  });

  it('may use what one of several steps with its id sees', () => {
    const task = 'Of ${{ steps.one.output }}';
    const twins = bundleOf({
      steps: [stepOf({ id: 'two', role: 'writer' }), ...bundle.steps.filter(({ id }) => id !== 'two')],
      blocks: [{ name: 'b', steps: [stepOf({ id: 'two', role: 'writer', task: 'T.' })] }],
    });
    expect(adjustRefusal({ op: 'patch', step: 'two', patch: { task } }, twins, [])).toBeNull();
  });

  it('that is refused is on record with why, and changes nothing', async () => {
    const rigs = new Rigs();
    const rig = rigs.of({ steps: twoSteps });
    rig.inbox.adjust({ op: 'disable', role: 'editor' });
    await rig.run();
    expect(await rig.records()).toContainEqual(
      expect.objectContaining({
        type: 'input.received',
        body: expect.objectContaining({ refused: 'there is no role "editor": expected one of writer, found "editor"' }),
      }),
    );
    rigs.dispose();
  });
});

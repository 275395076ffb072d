import { describe, expect, it } from 'vitest';
import { digestOf, type BundleAdjustment } from '#crds';
import { roleOf, stepOf } from '../../test/session/bundles.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import type { Adjusted, Change } from './adjusted.ts';
import { disabling, inEffect, patchesOfRole, patchesOfStep, seenAt } from './adjustments.ts';

let seq = 0;
const adjusted = (id: string, place: string, change: Change, parts: Partial<Adjusted> = {}): Adjusted => ({
  id,
  seq: (seq += 1),
  place,
  status: 'applied',
  origin: 'person',
  by: 'ada',
  reason: '',
  change,
  digest: digestOf(id),
  ...parts,
});
const off: BundleAdjustment = { op: 'disable', role: 'writer' };
const on: BundleAdjustment = { op: 'enable', role: 'writer' };
const revert = (reverts: string): Change => ({ op: 'revert', reverts });
const prompt = (text: string): BundleAdjustment => ({ op: 'patch', role: 'writer', patch: { prompt: text } });

const effects = (all: readonly Adjusted[], path = 'last#1', left: readonly string[] = []): readonly string[] =>
  inEffect(seenAt(all, path, (branch) => left.includes(branch))).map(({ from }) => from.id);

describe('what is in effect', () => {
  it.each<[string, string, string, boolean]>([
    ['before a step, in it', 'a#1', 'a#1~1/t1~1', true],
    ['before a step, in what comes after it', 'a#1', 'b#1', true],
    ['after an attempt, in the next', 'a#1~1', 'a#1~2/t1~1/c1~1', true],
    ['after an iteration, in the next', 'a#1~1', 'a#2', true],
    ['in a branch, further on in it', 'fan#1~1/left/a#1', 'fan#1~1/left/b#1', true],
    ['in a branch, in another', 'fan#1~1/left/a#1', 'fan#1~1/right/b#1', false],
    ['in an item, in another', 'fan#1~1/[0]/a#1', 'fan#1~1/[1]/a#1', false],
    ['in a branch, after the join', 'fan#1~1/left/a#1', 'fan#1~1', true],
    ['in a branch, in the step after', 'fan#1~1/left/a#1', 'b#1', true],
    ['in a branch, in a block of the step after', 'fan#1~1/left/a#1', 'fan#2~1/left/a#1', true],
    ['before a block, in its branches', 'fan#1', 'fan#1~1/left/a#1', true],
    ['in a nested block, in the branch around it', 'fan#1~1/left/deep#1~1/x/a#1', 'fan#1~1/left/b#1', true],
    ['in a nested block, in another branch around it', 'fan#1~1/left/deep#1~1/x/a#1', 'fan#1~1/right/b#1', false],
  ])('%s', (_what, place, path, holds) => {
    expect(effects([adjusted('x', place, off)], path)).toEqual(holds ? ['x'] : []);
  });

  it('is nothing of a branch that was cancelled, but inside that branch', () => {
    const all = [adjusted('x', 'fan#1~1/left/a#1', off)];
    expect(effects(all, 'b#1', ['fan#1~1/left'])).toEqual([]);
    expect(effects(all, 'fan#1~1/left/b#1', ['fan#1~1/left'])).toEqual(['x']);
  });

  it('is nothing that was only suggested', () => {
    expect(effects([adjusted('x', 'a#1', off, { status: 'suggested' })])).toEqual([]);
  });

  it('is one adjustment where several branches applied the same', () => {
    expect(effects([adjusted('x', 'fan#1~1/left/a#1', off), adjusted('x', 'fan#1~1/right/a#1', off)])).toEqual(['x']);
  });

  it('has the order of branches, whichever came first, and of steps as they came', () => {
    const right = adjusted('right', 'fan#1~1/right/a#1', off);
    const left = adjusted('left', 'fan#1~1/left/a#1', off);
    const later = adjusted('later', 'a#1', off);
    expect(effects([right, left, later])).toEqual(['left', 'right', 'later']);
  });

  it.each<[string, readonly [string, Change][], readonly string[]]>([
    [
      'takes back what a revert names',
      [
        ['x', off],
        ['r', revert('x')],
      ],
      [],
    ],
    [
      'takes it back before it comes as well',
      [
        ['r', revert('x')],
        ['x', off],
      ],
      [],
    ],
    [
      'brings back what a reverted revert took',
      [
        ['x', off],
        ['r', revert('x')],
        ['s', revert('r')],
      ],
      ['x'],
    ],
    [
      'knows no revert of itself',
      [
        ['x', off],
        ['r', revert('r')],
      ],
      ['x'],
    ],
    [
      'leaves alone what nobody names',
      [
        ['x', off],
        ['y', on],
        ['r', revert('x')],
      ],
      ['y'],
    ],
  ])('%s', (_what, changes, left) => {
    expect(effects(changes.map(([id, change], index) => adjusted(id, `s${index + 1}#1`, change)))).toEqual(left);
  });
});

describe('the last word', () => {
  const of = (...changes: readonly BundleAdjustment[]): string | null => {
    const all = changes.map((change, index) => adjusted(`${index + 1}`, `s${index + 1}#1`, change));
    return disabling(inEffect(all), ({ role }) => role === 'writer')?.id ?? null;
  };

  it.each<[readonly BundleAdjustment[], string | null]>([
    [[], null],
    [[off], '1'],
    [[off, on], null],
    [[off, on, off], '3'],
    [[{ op: 'disable', role: 'other' }], null],
  ])('about a role after %j is %s', (changes, by) => {
    expect(of(...changes)).toBe(by);
  });
});

describe('a patch', () => {
  it('of a role replaces the prompt and the model, adds instructions and sets params', () => {
    const all = [
      adjusted('1', 'a#1', {
        op: 'patch',
        role: 'writer',
        patch: { prompt: 'A', instructions: ['x'], params: { seed: 1 } },
      }),
      adjusted('2', 'b#1', {
        op: 'patch',
        role: 'writer',
        patch: { instructions: ['y'], model: 'm', params: { seed: 2 } },
      }),
      adjusted('3', 'b#1', { op: 'patch', role: 'other', patch: { prompt: 'B' } }),
    ];
    const role = roleOf({ instructions: ['w'], params: { temperature: 0 } });
    const patched = patchesOfRole(inEffect(all), role).reduce(
      (one, { patch }) => semanticsOf(1).patchedRole(one, patch ?? {}),
      role,
    );
    expect(patched).toEqual({
      ...role,
      prompt: 'A',
      instructions: ['w', 'x', 'y'],
      model: 'm',
      params: { temperature: 0, seed: 2 },
    });
  });

  it('of a step replaces the task and sets members of the input, by id or by path', () => {
    const all = [
      adjusted('1', 'a#1', { op: 'patch', step: 'x', patch: { task: 'Do.', input: { b: 2 } } }),
      adjusted('2', 'a#1', { op: 'patch', step: 'x#2', patch: { input: { c: 3 } } }),
    ];
    const step = stepOf({ id: 'x', role: 'writer', task: 'Old.', input: { a: 1, b: 1 } });
    const at = (path: string): unknown =>
      patchesOfStep(inEffect(all), step, path).reduce(
        (one, { patch }) => semanticsOf(1).patchedStep(one, patch ?? {}),
        step,
      );
    expect(at('x#1')).toEqual({ ...step, task: 'Do.', input: { a: 1, b: 2 } });
    expect(at('x#2')).toEqual({ ...step, task: 'Do.', input: { a: 1, b: 2, c: 3 } });
  });

  it('of an earlier branch comes before that of a later one', () => {
    const all = [adjusted('1', 'fan#1~1/b/a#1', prompt('right')), adjusted('2', 'fan#1~1/a/a#1', prompt('left'))];
    const seen = seenAt(all, 'next#1', () => false);
    expect(patchesOfRole(inEffect(seen), roleOf()).map(({ patch }) => patch?.prompt)).toEqual(['left', 'right']);
  });
});

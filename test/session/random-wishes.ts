import fc from 'fast-check';
import type { BundleConductor, BundleConductorRule } from '#crds';
import type { Adjust } from '../../runtime/inbox/inbox.ts';
import { bundleOf, stepOf } from './bundles.ts';
import { echo } from './governed.ts';

const step = fc.constantFrom('one', 'two', 'fan', 'loop');
const change = fc.oneof(
  step.map((name) => ({ op: 'skip', step: name }) as const),
  step.map((name) => ({ op: 'retry', step: name }) as const),
  fc.constantFrom('A.', 'B.').map((prompt) => ({ op: 'patch', role: 'writer', patch: { prompt } }) as const),
  fc
    .constantFrom('C.', 'D.')
    .map((line) => ({ op: 'patch', role: 'writer', patch: { instructions: [line] } }) as const),
  step.map((name) => ({ op: 'patch', step: name, patch: { task: 'Other.' } }) as const),
  fc.constantFrom('enable', 'disable').map((op) => ({ op, step: 'two' }) as const),
  fc.constantFrom('enable', 'disable').map((op) => ({ op, tool: 'files.list' }) as const),
  fc.constant({ op: 'pause' } as const),
);

const when = fc.constantFrom('true', 'step.id == "one"', 'step.iteration == 2', 'step.role == "writer"');

/** Rules that hold often, applied by themselves or only proposed. */
export const randomConductor: fc.Arbitrary<BundleConductor> = fc.record({
  mode: fc.constantFrom('auto', 'suggest'),
  rules: fc
    .array(fc.record({ phase: fc.constantFrom('before', 'after'), when, adjust: change }), { maxLength: 3 })
    .map((rules) => rules.map((rule, index): BundleConductorRule => ({ name: `r${index}`, ...rule }))),
  heuristics: fc.constantFrom({}, { stagnation: 1 }, { identicalCalls: 1 }),
});

export type Wishes = readonly { readonly records: number; readonly adjust: Adjust }[];

/** What people want, each told after the process was killed that many records later. */
export const randomWishes: fc.Arbitrary<Wishes> = fc.array(
  fc.record({
    records: fc.integer({ min: 2, max: 25 }),
    adjust: fc.oneof(
      { weight: 4, arbitrary: change },
      { weight: 1, arbitrary: fc.nat({ max: 3 }).map((index) => ({ op: 'revert', reverts: `w-${index}` }) as const) },
    ),
  }),
  { maxLength: 4 },
);

/** A Session with a loop and branches, whose outputs tell what the Conductor made of its role. */
export function governedBundle(conductor: BundleConductor): ReturnType<typeof bundleOf> {
  const write = (id: string): ReturnType<typeof stepOf> => stepOf({ id, role: 'writer', task: `${id}.` });
  return bundleOf({
    steps: [
      write('one'),
      stepOf({ id: 'fan', parallel: { branches: ['left', 'right'].map((name) => ({ name, block: 'b' })) } }),
      { ...write('loop'), until: { condition: 'iteration == 2', maxIterations: 2 } },
      write('two'),
    ],
    blocks: [{ name: 'b', steps: [write('inner')] }],
    replies: echo,
    conductor,
  });
}

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { BundleConductorRule, BundleStep } from '#crds';
import { bundleOf, scoreOf, stepOf } from '../session/bundles.ts';
import { adjustments, Rigs, runAndReplay } from '../session/governed.ts';
import { surviveKills } from '../session/kills.ts';
import { randomConductor, randomWishes } from '../session/random-wishes.ts';
import { sameWhateverIsWished } from '../session/wished.ts';

const rigs = new Rigs();
afterEach(() => rigs.dispose());

describe('whatever people and rules do, and wherever the process is killed', () => {
  it('a replay comes to the same state, and an end that was lost is found again', async () => {
    const property = fc.asyncProperty(randomConductor, randomWishes, fc.nat({ max: 30 }), sameWhateverIsWished);
    await fc.assert(property, { numRuns: 12 });
  });
});

const write = (id: string): BundleStep => stepOf({ id, tool: 'files.write', input: { path: `${id}.md`, text: id } });
const inner = scoreOf([write('one'), write('two')]);
const skipsTwo: BundleConductorRule = {
  name: 'enough',
  phase: 'before',
  when: 'step.id == "two" && usage.calls >= 1',
  adjust: { op: 'skip' },
};
const patchesLast: BundleConductorRule = {
  name: 'again',
  when: 'step.id == "list" && attempt > 1',
  adjust: { op: 'patch', step: 'last', patch: { input: { text: 'patched' } } },
};
const list = stepOf({ id: 'list', tool: 'files.list', input: { path: 'workspace:' } });
const missing = stepOf({
  id: 'list',
  tool: 'files.read',
  input: { path: 'none.md' },
  retry: { maxAttempts: 2, initialSeconds: 1 },
});

describe('a kill changes nothing of what rules see', () => {
  it.each([
    ['the try at a step that needed one', { steps: [list, write('last')] }, patchesLast],
    ['the try at a step that failed twice', { steps: [missing, write('last')] }, patchesLast],
    [
      'what was used in a branch',
      {
        steps: [stepOf({ id: 'fan', forEach: { items: '["x"]', block: 'b' } })],
        blocks: [{ name: 'b', steps: inner.steps }],
      },
      skipsTwo,
    ],
    [
      'what was used in a Score',
      { steps: [stepOf({ id: 'nested', score: inner.digest, input: {} })], scores: [inner] },
      skipsTwo,
    ],
  ])('%s', async (_what, parts, rule) => {
    await surviveKills(bundleOf({ roles: [], ...parts, conductor: { mode: 'auto', rules: [rule] } }), 2);
  });
});

it('the try that a rule sees counts failures that were tried again, and what rules had tried again', async () => {
  const seen = [1, 2, 3, 4].map((number): BundleConductorRule => {
    return { name: `try-${number}`, when: `attempt == ${number}`, adjust: { op: 'suggest' } };
  });
  const again: BundleConductorRule = { name: 'again', when: 'attempt < 4', adjust: { op: 'retry' } };
  const rig = rigs.of({ steps: [missing], conductor: { mode: 'auto', rules: [again, ...seen] } });
  await runAndReplay(rig);
  expect(await adjustments(rig)).toEqual([
    'list#1~2/e1 retry applied by rule again',
    'list#1~2/e2 suggest suggested by rule try-2',
    'list#1~4/e1 suggest suggested by rule try-4',
  ]);
});

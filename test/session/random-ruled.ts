import fc from 'fast-check';
import type { Bundle, BundleConductorRule } from '#crds';
import { randomScore } from './random-score.ts';

const step = fc.integer({ min: 1, max: 8 }).map((number) => `s${number}`);

/** What rules see that a kill could change: which try it is, and what was used so far. */
const rule: fc.Arbitrary<Omit<BundleConductorRule, 'name'>> = fc.oneof(
  fc.record({
    phase: fc.constant('after'),
    when: fc.constantFrom('attempt > 1', 'attempt == 1 && status == "failed"', 'used.calls >= 2', 'usage.calls == 3'),
    adjust: fc.oneof(
      // A step that contains others is long; again it is as long once more.
      { weight: 1, arbitrary: fc.constant({ op: 'retry' } as const) },
      {
        weight: 2,
        arbitrary: step.map((name) => ({ op: 'patch', step: name, patch: { input: { path: 'patched.md' } } }) as const),
      },
      { weight: 2, arbitrary: step.map((name) => ({ op: 'disable', step: name }) as const) },
    ),
  }),
  fc.record({
    phase: fc.constant('before'),
    when: fc.constantFrom('usage.calls >= 2', 'usage.calls == 1', 'usage.tokens > 0'),
    adjust: fc.constant({ op: 'skip' } as const),
  }),
);

/** Random Scores under rules, and with a limit that blocks split among their branches and that nothing reaches. */
export const randomRuled: fc.Arbitrary<Bundle> = fc
  .record({
    bundle: randomScore(),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    limits: fc.constantFrom({}, { calls: 100_000 }),
  })
  .map(({ bundle, rules, limits }) => ({
    ...bundle,
    limits,
    conductor: { mode: 'auto', rules: rules.map((one, index) => ({ name: `r${index}`, ...one })) },
  }));

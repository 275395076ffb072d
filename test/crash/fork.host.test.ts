import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenCases } from '../session/golden-cases.ts';
import { pathsOf, sameFork } from '../session/forks.ts';
import { randomBundle } from '../session/random-bundle.ts';
import { randomScore } from '../session/random-score.ts';
import { SessionRig } from '../session/rig.ts';

describe('a fork without a change', () => {
  const cases = goldenCases.filter(({ name }) => !['cancelled', 'timed-out', 'broken-off'].includes(name));

  it.each(cases)('of $name, at every path, comes to the state of its parent and replays to it', async (golden) => {
    const parent = new SessionRig(golden.bundle);
    try {
      await (golden.drive?.(parent) ?? parent.run());
      const { stateDigest } = await parent.run();
      for (const at of await pathsOf(parent)) await sameFork(parent, at, stateDigest);
    } finally {
      parent.dispose();
    }
  });

  it('of any Session, at any path, does so', async () => {
    let forks = 0;
    const property = fc.asyncProperty(fc.oneof(randomBundle, randomScore()), fc.nat(), async (bundle, which) => {
      const parent = new SessionRig(bundle);
      try {
        const { stateDigest } = await parent.run();
        const paths = await pathsOf(parent);
        const at = paths[which % paths.length];
        if (at === undefined) return;
        await sameFork(parent, at, stateDigest);
        forks += 1;
      } finally {
        parent.dispose();
      }
    });
    await fc.assert(property, { numRuns: 200, seed: 3 });
    expect(forks).toBeGreaterThan(150);
  });
});

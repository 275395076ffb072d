import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomAsking } from '../../test/session/random-asking.ts';
import { Tally } from '../../test/session/tally.ts';
import { sameAfterwards, sameInAnyTiming } from '../../test/session/timings.ts';

describe('steps side by side', () => {
  it('come to one state in any timing, after a kill, and in a replay', async () => {
    const tally = new Tally();
    const property = fc.asyncProperty(randomAsking(), fc.nat(), async (asking, seed) => {
      tally.add(await sameInAnyTiming(asking, seed));
    });
    await fc.assert(property, { numRuns: 3, seed: 5 });
    expect(Math.min(tally.of('failed'), tally.of('succeeded'), tally.of('gate approved'))).toBeGreaterThan(0);
  });

  it('that cancel each other have whatever time made of them on record', async () => {
    const tally = new Tally();
    const property = fc.asyncProperty(randomAsking(true), fc.nat(), async (asking, seed) => {
      tally.add(await sameAfterwards(asking, seed));
    });
    await fc.assert(property, { numRuns: 3, seed: 5 });
    expect(tally.of('cancelled')).toBeGreaterThan(0);
  });
});

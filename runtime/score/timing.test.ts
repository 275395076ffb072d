import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomScore } from '../../test/session/random-score.ts';
import { sameAfterwards, sameInAnyTiming } from '../../test/session/timings.ts';

describe('steps side by side', () => {
  it('come to one state in any timing, after a kill, and in a replay', async () => {
    const statuses = new Set<string>();
    const property = fc.asyncProperty(randomScore(), fc.nat(), async (bundle, seed) => {
      statuses.add(await sameInAnyTiming(bundle, seed));
    });
    await fc.assert(property, { numRuns: 5, seed: 5 });
    expect([...statuses].toSorted()).toEqual(['failed', 'succeeded']);
  });

  it('that cancel each other have whatever time made of them on record', async () => {
    let cancelled = 0;
    const property = fc.asyncProperty(randomScore(true), fc.nat(), async (bundle, seed) => {
      cancelled += await sameAfterwards(bundle, seed);
    });
    await fc.assert(property, { numRuns: 5, seed: 5 });
    expect(cancelled).toBeGreaterThan(0);
  });
});

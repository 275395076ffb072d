import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomScore } from '../session/random-score.ts';
import { sameAfterwards, sameInAnyTiming } from '../session/timings.ts';

/** How many random Scores are run in several timings. */
const scores = Number(process.env['ORKET_SCORES'] ?? 1_000);

describe('random Scores with steps side by side', () => {
  it('come to one state in any timing, after a kill, and in a replay', async () => {
    const statuses = new Map<string, number>();
    const property = fc.asyncProperty(randomScore(), fc.nat(), async (bundle, seed) => {
      const status = await sameInAnyTiming(bundle, seed);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: scores, seed: 2_026 });
    expect(statuses.get('succeeded')).toBeGreaterThan(scores / 5);
    expect(statuses.get('failed')).toBeGreaterThan(scores / 5);
  }, 900_000);

  it('that cancel each other have whatever time made of them on record', async () => {
    let cancelled = 0;
    const property = fc.asyncProperty(randomScore(true), fc.nat(), async (bundle, seed) => {
      cancelled += await sameAfterwards(bundle, seed);
    });
    await fc.assert(property, { numRuns: scores / 2, seed: 2_026 });
    expect(cancelled).toBeGreaterThan(scores / 20);
  }, 900_000);
});

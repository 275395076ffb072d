import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '#crds';
import { randomScore } from '../session/random-score.ts';
import { sameAfterwards, sameInAnyTiming } from '../session/timings.ts';

/** How many random Scores are run in several timings. */
const scores = Number(process.env['ORKET_SCORES'] ?? 1_000);

/** Half of the runs each, at the same time: while one waits for its disk the other one works. */
async function inTwoHalves(numRuns: number, property: fc.IAsyncProperty<[Bundle, number]>): Promise<void> {
  await Promise.all([2_026, 2_027].map((seed) => fc.assert(property, { numRuns: Math.ceil(numRuns / 2), seed })));
}

describe('random Scores with steps side by side', () => {
  it('come to one state in any timing, after a kill, and in a replay', async () => {
    const statuses = new Map<string, number>();
    const property = fc.asyncProperty(randomScore(), fc.nat(), async (bundle, seed) => {
      const status = await sameInAnyTiming(bundle, seed);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    await inTwoHalves(scores, property);
    expect(statuses.get('succeeded')).toBeGreaterThan(scores / 5);
    expect(statuses.get('failed')).toBeGreaterThan(scores / 5);
  }, 900_000);

  it('that cancel each other have whatever time made of them on record', async () => {
    let cancelled = 0;
    const property = fc.asyncProperty(randomScore(true), fc.nat(), async (bundle, seed) => {
      cancelled += await sameAfterwards(bundle, seed);
    });
    await inTwoHalves(scores / 4, property);
    expect(cancelled).toBeGreaterThan(scores / 40);
  }, 900_000);
});

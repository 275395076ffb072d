import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomAsking } from '../session/random-asking.ts';
import { Tally } from '../session/tally.ts';
import { sameAfterwards, sameInAnyTiming } from '../session/timings.ts';

/** How many random Scores are run in several timings. */
const scores = Number(process.env['ORKET_SCORES'] ?? 1_000);

/** What has to happen in a share of the Sessions, lest nothing be proven of it. */
const needed = [
  ['succeeded', 0.2],
  ['failed', 0.2],
  ['parallel', 0.2],
  ['forEach', 0.2],
  ['retried', 0.1],
  ['asked by policy', 0.2],
  ['asked by step', 0.1],
  ['asked by asked', 0.05],
  ['gate approved', 0.2],
  ['gate denied', 0.02],
  ['gate edited', 0.01],
  ['gate expired', 0.02],
  ['patch applied by person', 0.05],
  ['skip applied by person', 0.02],
  ['retry applied by person', 0.02],
  ['pause applied by person', 0.02],
  ['disable applied by rule', 0.02],
  ['patch applied by rule', 0.02],
  ['TimeLimitReached', 0.02],
] as const;

describe('random Scores with steps side by side, gates and adjustments', () => {
  it.each([
    ['any timing', false],
    ['any timing, killed at any record', true],
  ])(
    'come to one state in %s, and in a replay',
    async (_, kill) => {
      const tally = new Tally();
      const runs = kill ? scores / 2 : scores;
      let seeds = 0;
      const property = fc.asyncProperty(randomAsking(), fc.nat(), async (asking, seed) => {
        tally.add(await sameInAnyTiming(asking, seed, kill));
        seeds += 1;
      });
      await fc.assert(property, { numRuns: runs, seed: 2_026 });
      process.stdout.write(`${seeds} seeds: ${tally}\n`);
      expect(seeds).toBe(runs);
      expect(needed.filter(([what, share]) => tally.of(what) < share * runs)).toEqual([]);
    },
    900_000,
  );

  it('that cancel each other have whatever time made of them on record', async () => {
    const tally = new Tally();
    const property = fc.asyncProperty(randomAsking(true), fc.nat(), async (asking, seed) => {
      tally.add(await sameAfterwards(asking, seed));
    });
    await fc.assert(property, { numRuns: scores / 2, seed: 2_026 });
    expect(tally.of('cancelled')).toBeGreaterThan(scores / 20);
  }, 900_000);
});

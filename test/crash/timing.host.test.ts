import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertInLanes } from '../session/lanes.ts';
import { randomAsking, type Asking } from '../session/random-asking.ts';
import { Tally } from '../session/tally.ts';
import { sameAfterwards, sameInAnyTiming, type Seen } from '../session/timings.ts';

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
  ['pause applied by person', 0.01],
  ['disable applied by rule', 0.01],
  ['patch applied by rule', 0.01],
  ['TimeLimitReached', 0.02],
] as const;

/** Runs a property over that many seeds, some at a time: while one waits for its files another is at work. */
async function overSeeds(runs: number, failFast: boolean, run: (asking: Asking, seed: number) => Promise<Seen>) {
  const tally = new Tally();
  let seeds = 0;
  const property = fc.asyncProperty(randomAsking(failFast), fc.nat(), async (asking, seed) => {
    tally.add(await run(asking, seed));
    seeds += 1;
  });
  const began = performance.now();
  await assertInLanes(property, runs, 2_027);
  process.stdout.write(`${seeds} seeds in ${Math.round((performance.now() - began) / 1000)} s: ${tally.toString()}\n`);
  expect(seeds).toBeGreaterThanOrEqual(runs);
  return tally;
}

describe('random Scores with steps side by side, gates and adjustments', () => {
  it('come to one state in any timing, after a kill, and in a replay', async () => {
    const tally = await overSeeds(scores, false, sameInAnyTiming);
    expect(needed.filter(([what, share]) => tally.of(what) < share * scores)).toEqual([]);
  }, 900_000);

  it('that cancel each other have whatever time made of them on record', async () => {
    const tally = await overSeeds(scores / 4, true, sameAfterwards);
    expect(tally.of('cancelled')).toBeGreaterThan(scores / 40);
  }, 900_000);
});

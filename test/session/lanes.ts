import fc from 'fast-check';

const lanes = 4;

/** Asserts a property of that many runs, some at a time: while one waits for its files another is at work. */
export async function assertInLanes<T>(property: fc.IAsyncProperty<T>, runs: number, seed: number): Promise<void> {
  const numRuns = Math.ceil(runs / lanes);
  const all = Array.from({ length: lanes }, (_lane, lane) =>
    fc.assert(property, { numRuns, seed: seed + lane, endOnFailure: true }),
  );
  await Promise.all(all);
}

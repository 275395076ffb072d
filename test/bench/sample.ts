/** Several measurements of one thing. */
export interface Sample {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const last = sorted.length - 1;
  return {
    min: at(0),
    median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2,
    p99: at(Math.ceil(0.99 * sorted.length) - 1),
    max: at(last),
    count: sorted.length,
  };
}

/** What is measured against something else, round by round, so that what the machine does meanwhile is the same for both. */
export function ratioOf(values: readonly number[], against: readonly number[]): Sample {
  return sampleOf(values.map((value, round) => value / (against[round] ?? Number.NaN)));
}

/**
 * Has each do its work once in every round, beginning with another one each time: what comes first pays for caches and for
 * a disk that was at rest. Gives the measurements by name, one for each round.
 */
export async function interleaved(
  rounds: number,
  work: ReadonlyMap<string, () => Promise<number>>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const names = [...work.keys()];
  const measured = new Map(names.map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const value = await work.get(name)?.();
      if (value !== undefined) measured.get(name)?.push(value);
    }
  }
  return measured;
}

/** A back end as a strategy sees it. */
export interface Candidate {
  readonly name: string;
  /** Lower comes first. */
  readonly priority: number;
  /** Share of the turns; one of 0 comes last. */
  readonly weight: number;
  /** Turns that it is at work on. */
  readonly running: number;
}

export type Strategy = 'priority' | 'weighted' | 'leastBusy';

/**
 * The order in which back ends are asked for one turn. `draw`, at least 0 and below 1, is all chance there is: equal
 * draws give equal orders. `weighted` and `leastBusy` know no priorities.
 */
export function orderOf<T extends Candidate>(candidates: readonly T[], strategy: Strategy, draw: number): readonly T[] {
  const drawn = weighted(candidates, draw);
  switch (strategy) {
    case 'weighted':
      return drawn;
    case 'priority':
      return drawn.toSorted((a, b) => a.priority - b.priority);
    case 'leastBusy':
      return drawn.toSorted((a, b) => busyness(a) - busyness(b));
  }
}

/** Draws one after another without putting back: what is left of a draw, within the share it fell into, is a draw again. */
function weighted<T extends Candidate>(candidates: readonly T[], draw: number): readonly T[] {
  let left = candidates.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const order: T[] = [];
  let rest = draw;
  for (;;) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return [...order, ...left];
    let below = 0;
    for (const candidate of left) {
      const share = candidate.weight / total;
      if (rest < below + share || candidate === left.findLast(({ weight }) => weight > 0)) {
        rest = share === 0 ? 0 : Math.min(Math.max((rest - below) / share, 0), 1 - Number.EPSILON);
        order.push(candidate);
        left = left.filter((one) => one !== candidate);
        break;
      }
      below += share;
    }
  }
}

function busyness({ running, weight }: Candidate): number {
  return weight === 0 ? Number.MAX_VALUE : running / weight;
}

import type { Amounts } from '../journal/record.ts';

/**
 * What a part of a Session may still use: the whole, a call with limits of its own, a branch. What is reserved or used
 * in it counts in all budgets above it too.
 */
export interface Budget {
  /** Where it holds: at this path and below. */
  readonly path: string;
  /** Budgets for branches that run side by side: what is left, split evenly; the join gives the rest back. */
  split(paths: readonly string[]): readonly Budget[];
  /** What was used here, exactly, and what is reserved for what has no answer yet. */
  usage(): { readonly used: Amounts; readonly charged: Amounts };
}

const nothing: Amounts = { calls: 0, tokens: 0, picos: 0 };

export const unbounded: Budget = {
  path: '',
  split: (paths) => paths.map((path) => ({ ...unbounded, path })),
  usage: () => ({ used: nothing, charged: nothing }),
};

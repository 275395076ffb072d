import { OrketError } from '#crds';
import type { Amounts } from '../journal/record.ts';
import { recordedValue } from './recorded-value.ts';
import { nothing, settledBy } from './amounts.ts';
import { allowanceOf, Budget, type Allowance } from './budget.ts';
import type { Answer } from './history.ts';
import { childPath } from './path.ts';
import type { Reservation, Settling } from './reservation.ts';
import type { Callable, CallSite, Run } from './run.ts';

/**
 * Sets aside what an attempt may use at most, or refuses it with `BudgetExceeded`. Whether there was enough depends on
 * what else was at work, so a refusal is recorded at the path of the attempt, and a replay takes it from there.
 */
export async function reserve(amounts: Amounts, budget: Budget, path: string, run: Run): Promise<Reservation> {
  const refused = refusalAt(path, run);
  if (refused !== null) throw overBudget(refused, run);
  if (!run.trail.live) return { amounts: null, settle: () => {}, release: () => {} };
  const shortage = budget.take(amounts);
  if (shortage !== null) {
    const body = { limit: shortage.limit, unit: shortage.unit, allowed: shortage.allowed, used: shortage.used };
    await run.trail.input({
      type: 'limit.reached',
      path,
      make: async () => ({ type: 'limit.reached', path, body }),
    });
    throw overBudget(shortage.limit, run);
  }
  return {
    amounts: budget.bounded ? amounts : null,
    settle: (answer) => budget.settle(amounts, settledBy(answer, amounts)),
    release: () => budget.settle(amounts, nothing),
  };
}

/** Whether an attempt was refused for what it would have used. */
export function wasRefused(path: string, run: Pick<Run, 'trail'>): boolean {
  return refusalAt(path, run) !== null;
}

/** The limit that an attempt would have gone beyond, as recorded. */
function refusalAt(path: string, { trail }: Pick<Run, 'trail'>): string | null {
  const reached = trail.recall('limit.reached', path);
  return reached === undefined || reached.body.unit === 'ms' ? null : reached.body.limit;
}

/** What an earlier process set aside for an attempt without an answer: budgets began with it, as its intent has it. */
export function reservedBefore(recorded: Amounts | null, budget: Budget, { trail }: Run): Settling {
  const amounts = recorded ?? nothing;
  const settle = (answer: Answer): void => budget.settle(amounts, settledBy(answer, amounts));
  return { settle: trail.live ? settle : () => {} };
}

/** The budget of what a call does: with bounds of its own where it or its caller has some, else the one above it. */
export function budgetFor({ budget, limits, run }: CallSite, callable: Callable, path: string): Budget {
  const own = tighter(allowanceOf(callable.limits ?? {}), allowanceOf(limits ?? {}));
  return Object.keys(own).length === 0 ? budget : new Budget(path, own, budget, run.trail.askedAt(path));
}

function tighter(one: Allowance, other: Allowance): Allowance {
  const units = ['calls', 'tokens', 'picos'] as const;
  return Object.fromEntries(
    units.flatMap((unit) => {
      const bounds = [one[unit], other[unit]].filter((bound) => bound !== undefined);
      return bounds.length === 0 ? [] : [[unit, Math.min(...bounds)]];
    }),
  );
}

/**
 * Budgets for branches that run side by side: what is left when they begin, split evenly. What one does not use is there
 * again after the join. How much is left may depend on what else is at work, so it is recorded, at `at`.
 */
export async function splitBudget(
  above: Budget,
  at: string,
  branches: readonly string[],
  run: Run,
): Promise<readonly Budget[]> {
  const budgets = (share: Allowance): readonly Budget[] =>
    branches.map((path) => new Budget(path, share, above, run.trail.askedAt(path)));
  if (!above.bounded || branches.length === 0) return budgets({});
  const left = await recordedValue(run, childPath(at, 'budget'), 'budget', async () => ({ ...above.left() }));
  return budgets(shareOf(left, branches.length));
}

function shareOf(left: unknown, branches: number): Allowance {
  if (typeof left !== 'object' || left === null) return {};
  const shares = Object.entries(left).flatMap(([unit, amount]) =>
    typeof amount === 'number' ? [[unit, Math.floor(amount / branches)] as const] : [],
  );
  return Object.fromEntries(shares);
}

function overBudget(limit: string, { semantics }: Run): OrketError {
  return new OrketError('BudgetExceeded', semantics.messages.overBudget(limit));
}

import type { Amounts } from '../journal/record.ts';
import type { Answer } from './history.ts';

export const nothing: Amounts = { calls: 0, tokens: 0, picos: 0 };
/** What every call of a role or tool is charged by itself, each attempt again. */
export const oneCall: Amounts = { calls: 1, tokens: 0, picos: 0 };

export function add(a: Amounts, b: Amounts): Amounts {
  return { calls: a.calls + b.calls, tokens: bounded(a.tokens + b.tokens), picos: bounded(a.picos + b.picos) };
}

export function less(a: Amounts, b: Amounts): Amounts {
  return { calls: a.calls - b.calls, tokens: a.tokens - b.tokens, picos: a.picos - b.picos };
}

/**
 * What an answer comes to. Where a server gave no usage, or more than can be, it is what was reserved: nobody can know
 * that it was less, unless it is certain that nothing was charged.
 */
export function settledBy(answer: Answer, reserved: Amounts): Amounts {
  if (answer.type === 'call.outcome') return oneCall;
  const { usage, free, picos } = answer.body;
  if (usage === null) return free === true ? nothing : reserved;
  const tokens = usage.inputTokens + usage.outputTokens;
  // Without a bound nothing was reserved, and there is nothing to hold it against.
  if (reserved.tokens > 0 && tokens > reserved.tokens) return reserved;
  return { calls: 0, tokens, picos: picos ?? 0 };
}

/** A decimal of units of money as picos, 10^-12 of the unit; what a record cannot hold counts as the most it can. */
export function picosOfCost(decimal: string): number {
  const [whole = '0', behind = ''] = decimal.split('.');
  const picos = BigInt(whole) * 10n ** 12n + BigInt(behind.padEnd(12, '0').slice(0, 12));
  return Number(picos > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : picos);
}

/** What was used in the words of rules: of a Policy, and of a Conductor. */
export function seenUsage({ calls, tokens, picos }: Amounts): {
  readonly calls: number;
  readonly tokens: number;
  readonly cost: number;
} {
  return { calls, tokens, cost: picos / 1e12 };
}

function bounded(amount: number): number {
  return Math.min(amount, Number.MAX_SAFE_INTEGER);
}

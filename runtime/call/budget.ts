import type { BundleLimits } from '#crds';
import type { Amounts, JournalRecord } from '../journal/record.ts';
import { isBelow } from './path.ts';
import { add, less, nothing, picosOfCost, settledBy } from './amounts.ts';

/** What a part of a Session may use; absent is no bound. */
export interface Allowance {
  readonly calls?: number;
  readonly tokens?: number;
  readonly picos?: number;
}

/** Why something may not be begun: the bound it would go beyond, and what is charged against that already. */
export interface Shortage {
  readonly limit: 'calls' | 'tokens' | 'cost';
  readonly unit: keyof Amounts;
  readonly allowed: number;
  readonly used: number;
}

const kinds = [
  ['calls', 'calls'],
  ['tokens', 'tokens'],
  ['cost', 'picos'],
] as const;

/**
 * What a part of a Session may still use: the whole, a call with limits of its own, a branch. `charged` is what was used
 * plus all that is reserved for what has no answer; a limit is tested against that, so it is never exceeded. What counts
 * here counts in all budgets above.
 */
export class Budget {
  /** Where it holds: below this path. */
  readonly path: string;
  readonly allowance: Allowance;
  readonly #above: Budget | null;
  #used: Amounts;
  #charged: Amounts;

  /** `records` are those there are when it begins: what is below its path was used before. */
  constructor(path: string, allowance: Allowance, above: Budget | null, records: readonly JournalRecord[]) {
    this.path = path;
    this.allowance = allowance;
    this.#above = above;
    const { used, charged } = chargedBelow(path, records);
    this.#used = used;
    this.#charged = charged;
  }

  /** Whether this or a budget above it has a bound at all. */
  get bounded(): boolean {
    return Object.keys(this.allowance).length > 0 || this.#above?.bounded === true;
  }

  /** Whether tokens or cost are bounded: then every turn has to say how much it may write. */
  get boundsTokens(): boolean {
    const { tokens, picos } = this.allowance;
    return tokens !== undefined || picos !== undefined || this.#above?.boundsTokens === true;
  }

  /** What was used exactly, and what is charged. */
  usage(): { readonly used: Amounts; readonly charged: Amounts } {
    return { used: this.#used, charged: this.#charged };
  }

  /** Sets an amount aside, here and above, or says what stands against it; then nothing is set aside. */
  take(amounts: Amounts): Shortage | null {
    const shortage = this.#shortage(amounts);
    if (shortage === null) this.#charge(amounts);
    return shortage;
  }

  /** What was set aside comes to `used`. */
  settle(reserved: Amounts, used: Amounts): void {
    this.#used = add(this.#used, used);
    this.#charged = add(less(this.#charged, reserved), used);
    this.#above?.settle(reserved, used);
  }

  /** What is left by its own bounds and those above; absent is no bound. */
  left(): Allowance {
    const above = this.#above?.left() ?? {};
    return Object.fromEntries(
      kinds.flatMap(([, unit]) => {
        const allowed = this.allowance[unit];
        const own = allowed === undefined ? [] : [Math.max(0, allowed - this.#charged[unit])];
        const outer = above[unit];
        const least = Math.min(...own, ...(outer === undefined ? [] : [outer]));
        return Number.isFinite(least) ? [[unit, least]] : [];
      }),
    );
  }

  #shortage(amounts: Amounts): Shortage | null {
    for (const [limit, unit] of kinds) {
      const allowed = this.allowance[unit];
      const used = this.#charged[unit];
      if (allowed !== undefined && amounts[unit] > 0 && used + amounts[unit] > allowed)
        return { limit, unit, allowed, used };
    }
    return this.#above === null ? null : this.#above.#shortage(amounts);
  }

  #charge(amounts: Amounts): void {
    this.#charged = add(this.#charged, amounts);
    if (this.#above !== null) this.#above.#charge(amounts);
  }
}

/** The bounds of limits as people write them. */
export function allowanceOf({ calls, tokens, cost }: Pick<BundleLimits, 'calls' | 'tokens' | 'cost'>): Allowance {
  return {
    ...(calls === undefined ? {} : { calls }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(cost === undefined ? {} : { picos: picosOfCost(cost) }),
  };
}

/** What was used below a path, and what is charged for what has no answer. */
function chargedBelow(
  path: string,
  records: readonly JournalRecord[],
): { readonly used: Amounts; readonly charged: Amounts } {
  const open = new Map<string, Amounts>();
  let used = nothing;
  for (const record of records) {
    if (!isBelow(record.path, path)) continue;
    switch (record.type) {
      case 'call.intent':
      case 'model.request':
        open.set(record.path, record.body.reservation ?? nothing);
        break;
      case 'call.outcome':
      case 'model.response':
        used = add(used, settledBy(record, open.get(record.path) ?? nothing));
        open.delete(record.path);
        break;
      case 'call.withdrawn':
        open.delete(record.path);
        break;
      default:
    }
  }
  return { used, charged: [...open.values()].reduce(add, used) };
}

import type { Risk } from '../journal/record.ts';
import type { Callable, Registry } from './run.ts';

const ranks: Readonly<Record<Risk, number>> = { read: 0, write: 1, network: 2, destructive: 3 };

/** The higher of two risks. */
export function stricter(a: Risk, b: Risk): Risk {
  return ranks[a] >= ranks[b] ? a : b;
}

export function atMost(risk: Risk, bound: Risk): boolean {
  return ranks[risk] <= ranks[bound];
}

/** Whether a call of this risk may change something. */
export function mayWrite(risk: Risk): boolean {
  return ranks[risk] > ranks.read;
}

/** A tool that may call others says nothing of which. */
function mayCallAll({ kind, reentrant }: Callable): boolean {
  return kind === 'tool' && reentrant === true;
}

/**
 * The highest risk of a callable and of everything it may come to call. A role's own risk is `read`, but one that calls
 * what writes must not run beside another: calls that may write follow each other.
 */
export function reachOf(name: string, registry: Registry, seen: ReadonlySet<string> = new Set()): Risk {
  const callable = registry.get(name);
  if (callable === undefined || seen.has(name)) return 'read';
  const below = new Set([...seen, name]);
  const { calls = mayCallAll(callable) ? [...registry.keys()] : [] } = callable;
  return calls.map((inner) => reachOf(inner, registry, below)).reduce(stricter, callable.risk);
}

import type { VenueLimits } from '../../launch.ts';
import { standingOf, type Health } from './health.ts';
import { roomFor, type Load } from './load.ts';
import { orderOf, type Strategy } from './order.ts';

/** All that is known of a back end. */
export interface BackendState {
  readonly name: string;
  readonly priority: number;
  readonly weight: number;
  readonly health: Health;
  readonly load: Load;
}

/** A turn that looks for a back end. */
export interface Wanted {
  /** Estimated. */
  readonly tokens: number;
  /** Not again in this attempt. */
  readonly tried: readonly string[];
  /** Failed earlier attempts: only where no other does. */
  readonly avoid: readonly string[];
  readonly draw: number;
}

export interface Rules {
  readonly strategy: Strategy;
  /** Of each back end. */
  readonly limits: VenueLimits;
}

export type Choice =
  | { readonly kind: 'go'; readonly backend: string }
  /** No room: at `at`, or as soon as another turn ends; `backends` are those that it waits for. */
  | { readonly kind: 'wait'; readonly at: number | null; readonly backends: readonly string[] }
  /** All were tried. */
  | { readonly kind: 'none' };

/**
 * Where a turn goes now. Those that are well come in the order of the strategy, those to be avoided after the others; a
 * full one is passed over, and where all are full the turn waits. One that was ejected is asked only where no other is
 * left, the one whose time is over first at the head: a turn never fails because of an ejection alone. `taken` are back
 * ends that a turn further ahead waits for.
 */
export function choose(
  states: readonly BackendState[],
  { tokens, tried, avoid, draw }: Wanted,
  { strategy, limits }: Rules,
  taken: ReadonlySet<string>,
  now: number,
): Choice {
  const untried = states.filter(({ name }) => !tried.includes(name));
  const open = untried.filter(({ health }) => ['well', 'due'].includes(standingOf(health, now)));
  const ordered = orderOf(
    open.map((state) => ({ ...state, running: state.load.running })),
    strategy,
    draw,
  );
  const avoided = (name: string): number => (avoid.includes(name) ? 1 : 0);
  const inLine =
    open.length > 0
      ? ordered.toSorted((a, b) => avoided(a.name) - avoided(b.name))
      : untried.toSorted((a, b) => (a.health.ejectedUntil ?? 0) - (b.health.ejectedUntil ?? 0));
  if (inLine.length === 0) return { kind: 'none' };

  const times: number[] = [];
  for (const { name, load } of inLine) {
    if (taken.has(name)) continue;
    const room = roomFor(tokens, load, limits, now);
    if (room.free) return { kind: 'go', backend: name };
    if (room.at !== null) times.push(room.at);
  }
  return {
    kind: 'wait',
    at: times.length === 0 ? null : Math.min(...times),
    backends: inLine.map(({ name }) => name),
  };
}

import type { VenueLimits } from '../../launch.ts';

/** What a back end is busy with, and what it was asked in the last minute. Times are milliseconds of any clock. */
export interface Load {
  readonly running: number;
  /** Oldest first. */
  readonly starts: readonly Start[];
  /** It asked to be left alone until then; 0 for never. */
  readonly heldUntil: number;
}

interface Start {
  readonly id: number;
  readonly at: number;
  /** An estimate, until the turn has ended. */
  readonly tokens: number;
}

/** Whether one more turn may start; where not, when time alone makes room, or null where another turn has to end first. */
export type Room = { readonly free: true } | { readonly free: false; readonly at: number | null };

export const idle: Load = { running: 0, starts: [], heldUntil: 0 };

const minuteMs = 60_000;

/** A turn larger than all tokens of a minute is let through once nothing else was asked, or it never would be. */
export function roomFor(tokens: number, load: Load, limits: VenueLimits, now: number): Room {
  const { concurrency = Infinity, requestsPerMinute = Infinity, tokensPerMinute = Infinity } = limits;
  if (load.running >= concurrency) return { free: false, at: null };
  const starts = recent(load.starts, now);
  const overRequests = starts.length - requestsPerMinute;
  const at = Math.max(
    load.heldUntil,
    overRequests < 0 ? 0 : leaves(starts[overRequests]),
    leaves(lastToLeave(starts, tokensPerMinute - tokens)),
  );
  return at <= now ? { free: true } : { free: false, at };
}

export function started(load: Load, id: number, tokens: number, now: number): Load {
  return { ...load, running: load.running + 1, starts: [...recent(load.starts, now), { id, at: now, tokens }] };
}

/** A turn ended; `tokens` is what it really used, null where nobody knows. */
export function ended(load: Load, id: number, tokens: number | null): Load {
  const starts = tokens === null ? load.starts : load.starts.map((one) => (one.id === id ? { ...one, tokens } : one));
  return { ...load, running: load.running - 1, starts };
}

export function held(load: Load, until: number): Load {
  return { ...load, heldUntil: Math.max(load.heldUntil, until) };
}

function recent(starts: readonly Start[], now: number): readonly Start[] {
  return starts.filter(({ at }) => at > now - minuteMs);
}

function leaves(start: Start | undefined): number {
  return start === undefined ? 0 : start.at + minuteMs;
}

/** The start with which so many have left the minute that no more than `allowed` tokens remain. */
function lastToLeave(starts: readonly Start[], allowed: number): Start | undefined {
  let remaining = starts.reduce((sum, { tokens }) => sum + tokens, 0);
  let last: Start | undefined;
  for (const start of starts) {
    if (remaining <= Math.max(allowed, 0)) break;
    remaining -= start.tokens;
    last = start;
  }
  return last;
}

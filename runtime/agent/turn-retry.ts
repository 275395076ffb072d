import type { BundleVenue } from '#crds';
import type { Backoff, Semantics } from '../semantics/semantics.ts';

/** How often a turn is tried, and after what pauses. */
export interface TurnRetry extends Backoff {
  readonly maxAttempts: number;
}

/** What the Venue says, else what the semantics do. */
export function turnRetryOf({ retry }: BundleVenue, { defaults, backoffOf }: Semantics): TurnRetry {
  if (retry !== undefined) return { maxAttempts: retry.maxAttempts, ...backoffOf(retry) };
  return { maxAttempts: defaults.turnAttempts, initialMs: defaults.turnBackoffMs, factor: 4, mostMs: 60_000 };
}

/** A pause that the server asked for raises ours, as far as the longest one. */
export function raisedPause(ownMs: number, retryAfterMs: number | null, { mostMs }: Pick<TurnRetry, 'mostMs'>): number {
  return Math.max(ownMs, Math.min(retryAfterMs ?? 0, mostMs));
}

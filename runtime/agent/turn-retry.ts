import { digestOf, type BundleVenue } from '#crds';
import type { Semantics } from '../semantics/semantics.ts';

/** How often a turn is tried, and after what pauses. */
export interface TurnRetry {
  readonly maxAttempts: number;
  readonly initialMs: number;
  readonly factor: number;
  readonly mostMs: number;
}

/** What the Venue says, else what the semantics do. */
export function turnRetryOf({ retry }: BundleVenue, { turnAttempts, turnBackoffMs }: Semantics['defaults']): TurnRetry {
  const mostMs = (retry?.maxSeconds ?? 60) * 1000;
  if (retry === undefined) return { maxAttempts: turnAttempts, initialMs: turnBackoffMs, factor: 4, mostMs };
  const { maxAttempts, initialSeconds = 1, factor = 2 } = retry;
  return { maxAttempts, initialMs: initialSeconds * 1000, factor, mostMs };
}

/**
 * The pause after the `tries`th attempt, which was at `path`: exponential, with a jitter drawn from the path, so that
 * Sessions do not ask again in step and no run differs from another. What the server asked for raises it. Both are
 * bounded by the longest pause.
 */
export function pauseAfter(retry: TurnRetry, tries: number, path: string, retryAfterMs: number | null): number {
  const { initialMs, factor, mostMs } = retry;
  const backoffMs = initialMs === 0 ? 0 : Math.min(initialMs * factor ** (tries - 1), mostMs);
  return Math.max(jittered(backoffMs, path), Math.min(retryAfterMs ?? 0, mostMs));
}

/** Between half and all of it. */
function jittered(ms: number, path: string): number {
  const drawn = Number.parseInt(digestOf(path).slice('sha256:'.length, 'sha256:'.length + 4), 16) / 0xffff;
  return Math.round(ms * (0.5 + drawn / 2));
}

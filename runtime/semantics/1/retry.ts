import type { BundleRetry } from '#crds';
import { drawn } from './chance.ts';

/** What holds where a `retry` says nothing. */
const defaults = { initialSeconds: 1, factor: 2, maxSeconds: 60 } as const;

/** How pauses grow from failure to failure. */
export interface Backoff {
  readonly initialMs: number;
  readonly factor: number;
  readonly mostMs: number;
}

export function backoffOf(retry: BundleRetry): Backoff {
  const { initialSeconds, factor, maxSeconds } = { ...defaults, ...retry };
  return { initialMs: initialSeconds * 1000, factor, mostMs: maxSeconds * 1000 };
}

/**
 * The pause after that many failures at a path: exponential, between half and all of it. Which is drawn from the seed of
 * the Session: no two Sessions of a Flow try again in step, and every attempt at one waits as long.
 */
export function retryPauseMs(
  { initialMs, factor, mostMs }: Backoff,
  failures: number,
  { seed, path }: { readonly seed: string; readonly path: string },
): number {
  const ms = initialMs === 0 ? 0 : Math.min(mostMs, initialMs * factor ** (failures - 1));
  return Math.round(ms * (0.5 + drawn('retry', seed, path, failures) / 2));
}

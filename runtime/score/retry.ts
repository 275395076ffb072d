import type { BundleStep } from '#crds';
import { mayTryAgain } from '../call/retry.ts';
import type { ErrorBody } from '../journal/record.ts';
import type { Place } from './place.ts';

/** How long to wait before a step that failed at a path is tried again; null where it is not. */
export function pauseAfter(
  { retry, role, tool }: BundleStep,
  failure: ErrorBody,
  failures: number,
  path: string,
  { run }: Place,
): number | null {
  if (retry === undefined || failures >= retry.maxAttempts) return null;
  // The Venue's own retry has been used up for these, and what a role or tool declares goes before what a step does.
  if (failure.reason.startsWith('Model')) return null;
  if (run.registry.get(role ?? tool ?? '')?.retry !== undefined) return null;
  if (!mayTryAgain(failure, path, run.trail)) return null;
  const { backoffOf, retryPauseMs } = run.semantics;
  return retryPauseMs(backoffOf(retry), failures, { seed: run.seed, path });
}

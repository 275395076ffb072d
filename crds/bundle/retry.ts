import type { Retry } from '../generated/resources.ts';
import type { BundleRetry } from './steps.ts';
import { defaultsV1, withoutDefaults } from './v1.ts';

/** As a bundle holds it: without what is its default. */
export function projectRetry(retry: Retry | undefined): BundleRetry | undefined {
  if (retry === undefined) return undefined;
  const { maxAttempts, initialSeconds, factor, maxSeconds } = retry;
  return withoutDefaults({ maxAttempts, initialSeconds, factor, maxSeconds }, defaultsV1.retry);
}

import type { Instant } from '#crds';

/** Time and chance, passed in so that a test can own them. */
export interface Clock {
  now(): Instant;
  /** At least 0 and below 1. */
  random(): number;
  /** Calls back once; the returned function takes that back. */
  schedule(afterMs: number, work: () => void): () => void;
}

/** Real time and chance: entry points pass it down, nothing else asks for it. */
export const systemClock: Clock = {
  // oxlint-disable-next-line no-restricted-globals
  now: () => Date.now(),
  // oxlint-disable-next-line no-restricted-properties
  random: () => Math.random(),
  schedule(afterMs, work) {
    const timer = setTimeout(work, afterMs);
    return () => clearTimeout(timer);
  },
};

/** Waits, or less long where the signal aborts: it never throws. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Doubles from `firstMs` to `lastMs`, each time with up to a half more or less, so that many do not come back together. */
export function backoffMs(clock: Clock, failures: number, firstMs: number, lastMs: number): number {
  const whole = Math.min(lastMs, firstMs * 2 ** Math.min(failures, 30));
  return whole * (0.5 + clock.random());
}

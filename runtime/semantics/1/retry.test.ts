import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffOf, retryPauseMs } from './retry.ts';

const at = { seed: '5eed'.repeat(16), path: 'first#1~1/t1~1' };

describe('the pause before the next try', () => {
  const backoff = { initialMs: 1_000, factor: 2, mostMs: 10_000 };

  it('grows from try to try, between half and all of it, and no further than the longest', () => {
    for (const [tries, ms] of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      const pause = retryPauseMs(backoff, tries + 1, at);
      expect(pause).toBeGreaterThanOrEqual(ms / 2);
      expect(pause).toBeLessThanOrEqual(ms);
    }
  });

  it('is another in each Session of a Flow and at each place, and the same in every attempt at one', () => {
    const pauses = ['5eed', 'beef', 'cafe'].map((word) => retryPauseMs(backoff, 1, { ...at, seed: word.repeat(16) }));
    expect(new Set(pauses).size).toBe(3);
    expect(retryPauseMs(backoff, 1, { ...at, path: 'second#1~1/t1~1' })).not.toBe(retryPauseMs(backoff, 1, at));
    // An attempt that was lost with its process moves the others, and no pause.
    expect(retryPauseMs(backoff, 1, { ...at, path: 'first#1~1/t1~2' })).toBe(retryPauseMs(backoff, 1, at));
  });

  it('is a finite number of milliseconds whatever a Venue says', () => {
    const ms = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: 1, max: 10_000 }), (initialMs, mostMs, tries) => {
        const pause = retryPauseMs({ initialMs, factor: 10, mostMs }, tries, at);
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(mostMs);
      }),
      { numRuns: 100 },
    );
  });

  it('is what a retry says, and else grows from a second to a minute', () => {
    expect(backoffOf({ maxAttempts: 2 })).toEqual({ initialMs: 1_000, factor: 2, mostMs: 60_000 });
    const retry = { maxAttempts: 2, initialSeconds: 2, factor: 3, maxSeconds: 9 };
    expect(backoffOf(retry)).toEqual({ initialMs: 2_000, factor: 3, mostMs: 9_000 });
  });
});

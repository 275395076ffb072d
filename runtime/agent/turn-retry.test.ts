import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { semanticsOf } from '../semantics/semantics.ts';
import { pauseAfter, turnRetryOf } from './turn-retry.ts';

const { defaults } = semanticsOf(1);
const path = 'first#1~1/t1~1';

describe('how often a turn is tried', () => {
  it('is what the semantics say where the Venue says nothing', () => {
    expect(turnRetryOf({ provider: 'scripted' }, defaults)).toEqual({
      maxAttempts: 3,
      initialMs: 500,
      factor: 4,
      mostMs: 60_000,
    });
  });

  it('is what the Venue says', () => {
    expect(turnRetryOf({ provider: 'scripted', retry: { maxAttempts: 5 } }, defaults)).toEqual({
      maxAttempts: 5,
      initialMs: 1_000,
      factor: 2,
      mostMs: 60_000,
    });
    const retry = { maxAttempts: 1, initialSeconds: 2, factor: 3, maxSeconds: 9 };
    expect(turnRetryOf({ provider: 'scripted', retry }, defaults)).toEqual({
      maxAttempts: 1,
      initialMs: 2_000,
      factor: 3,
      mostMs: 9_000,
    });
  });
});

describe('the pause before the next try', () => {
  const retry = { maxAttempts: 9, initialMs: 1_000, factor: 2, mostMs: 10_000 };

  it('grows from try to try, between half and all of it, and no further than the longest', () => {
    for (const [tries, ms] of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      const pause = pauseAfter(retry, tries + 1, path, null);
      expect(pause).toBeGreaterThanOrEqual(ms / 2);
      expect(pause).toBeLessThanOrEqual(ms);
      expect(pauseAfter(retry, tries + 1, path, null)).toBe(pause);
    }
    expect(pauseAfter(retry, 1, 'first#1~1/t1~2', null)).not.toBe(pauseAfter(retry, 1, path, null));
  });

  it('is what the server asked for where that is longer, within the bound', () => {
    expect(pauseAfter(retry, 1, path, 7_000)).toBe(7_000);
    expect(pauseAfter(retry, 1, path, 3_600_000)).toBe(10_000);
    expect(pauseAfter(retry, 1, path, 1)).toBeGreaterThanOrEqual(500);
  });

  it('is a finite number of milliseconds whatever a Venue says', () => {
    const seconds = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(seconds, seconds, fc.integer({ min: 1, max: 10_000 }), (initialMs, mostMs, tries) => {
        const pause = pauseAfter({ maxAttempts: 1, initialMs, factor: 10, mostMs }, tries, path, null);
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(mostMs);
      }),
      { numRuns: 100 },
    );
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrketError } from '#crds';
import { startDeadlines } from './deadlines.ts';

const timeouts = { connectSeconds: 1, firstTokenSeconds: 10, idleSeconds: 5, totalSeconds: 60 };
const start = (caller = new AbortController().signal) => startDeadlines(timeouts, caller, 'http://server/v1');

describe('the clocks of an answer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('end an answer whose first piece does not come', () => {
    const deadlines = start();
    deadlines.awaitFirstPiece();
    vi.advanceTimersByTime(10_000);
    expect(deadlines.signal.reason).toMatchObject({
      reason: 'ModelTimeout',
      detail: { at: 'http://server/v1', expected: 'a first piece of the answer within 10 s' },
    });
  });

  it('end an answer that stops half-way, counted from its last bytes', () => {
    const deadlines = start();
    deadlines.awaitFirstPiece();
    vi.advanceTimersByTime(9_000);
    deadlines.started();
    vi.advanceTimersByTime(4_000);
    deadlines.progress();
    vi.advanceTimersByTime(4_999);
    expect(deadlines.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(deadlines.signal.reason).toMatchObject({ detail: { expected: 'the next piece of the answer within 5 s' } });
  });

  it('end an answer that goes on for ever', () => {
    const deadlines = start();
    deadlines.started();
    for (let second = 0; second < 60; second += 1) {
      deadlines.progress();
      vi.advanceTimersByTime(1_000);
    }
    expect(deadlines.signal.reason).toMatchObject({ detail: { expected: 'the whole answer within 60 s' } });
  });

  it('leave nothing running after the end, even where late work reports in', () => {
    const deadlines = start();
    deadlines.started();
    deadlines.end();
    deadlines.progress();
    deadlines.awaitFirstPiece();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('pass on an error of the catalogue that the caller aborts with, and call anything else a cancellation', () => {
    const limit = new OrketError('TimeLimitReached', 'the role took too long');
    expect(start(AbortSignal.abort(limit)).signal.reason).toBe(limit);
    const controller = new AbortController();
    const deadlines = start(controller.signal);
    controller.abort('enough');
    expect(deadlines.signal.reason).toMatchObject({ reason: 'Cancelled' });
  });
});

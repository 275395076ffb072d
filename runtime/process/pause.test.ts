import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause } from './pause.ts';

describe('a pause', () => {
  it('takes its time and leaves nothing at the signal', async () => {
    const { signal } = new AbortController();
    const began = performance.now();
    await pause(20, signal);
    expect(performance.now() - began).toBeGreaterThan(15);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([0, 10])('ends with the reason of its signal, %i ms after it began', async (ms) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    if (ms === 0) controller.abort(reason);
    else setTimeout(() => controller.abort(reason), ms);
    await expect(pause(60_000, controller.signal)).rejects.toBe(reason);
  });

  it('of a month is not over at once', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort('still waiting'), 30);
    await expect(pause(30 * 86_400_000, controller.signal)).rejects.toBe('still waiting');
  });
});

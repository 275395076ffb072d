import { describe, expect, it } from 'vitest';
import { OrketError } from '#crds';
import { endsAttempt, errorOf, failureOf, toolError } from './failure.ts';
import { createMask } from '../secrets/mask.ts';
import { settle } from './settle.ts';

const stop = new OrketError('Cancelled', 'the Session was cancelled');
const noMask = createMask(new Map());

/** Waits pass when the test says so. */
function timer(): { readonly run: Parameters<typeof settle>[1]; readonly pass: () => void; asked: number } {
  const waits: (() => void)[] = [];
  const made = {
    asked: 0,
    run: {
      sleep: async (_ms: number, signal: AbortSignal): Promise<boolean> => {
        made.asked += 1;
        return new Promise<boolean>((resolve) => {
          waits.push(() => resolve(true));
          signal.addEventListener('abort', () => resolve(false), { once: true });
        });
      },
    },
    pass: () => waits.forEach((wait) => wait()),
  };
  return made;
}

describe('what is told to stop', () => {
  it('is not disturbed before that', async () => {
    const { run } = timer();
    expect(await settle(Promise.resolve(1), run, new AbortController().signal)).toBe(1);
    await expect(settle(Promise.reject(new Error('own')), run, new AbortController().signal)).rejects.toThrow('own');
  });

  it('may still come to an end of its own, which counts', async () => {
    const time = timer();
    const controller = new AbortController();
    const work = Promise.withResolvers<number>();
    const end = settle(work.promise, time.run, controller.signal);
    controller.abort(stop);
    work.resolve(2);
    expect(await end).toBe(2);
    expect(time.asked).toBe(1);
  });

  it('fails for the reason it was stopped, whatever it says itself', async () => {
    const controller = new AbortController();
    const work = Promise.withResolvers<number>();
    const end = settle(work.promise, timer().run, controller.signal);
    controller.abort(stop);
    work.reject(new Error('aborted'));
    await expect(end).rejects.toBe(stop);
  });

  it('is left alone after a while when it does not listen', async () => {
    const time = timer();
    const end = settle(new Promise<never>(() => {}), time.run, AbortSignal.abort(stop));
    time.pass();
    await expect(end).rejects.toBe(stop);
  });
});

describe('a failure', () => {
  it.each([
    [new OrketError('PathRefused', 'no', { at: 'workspace:a' }), { reason: 'PathRefused', message: 'workspace:a: no' }],
    [
      toolError(new TypeError('undefined is not a function')),
      { reason: 'ToolFailed', message: 'undefined is not a function' },
    ],
    [toolError('text'), { reason: 'ToolFailed', message: 'the tool threw no error' }],
  ])('is recorded by reason and message, and is the same again', (error, body) => {
    expect(failureOf(error, noMask)).toEqual(body);
    expect(failureOf(errorOf(body), noMask)).toEqual(body);
  });

  it('is masked, well-formed and bounded', () => {
    const mask = createMask(new Map([['key', 's3cret']]));
    const { message } = failureOf(new OrketError('ToolFailed', `\ud800 s3cret ${'x'.repeat(5_000)}`), mask);
    expect(message).toMatch(/^\ufffd ‹secret:key› x+…$/);
    expect(message.length).toBeLessThan(2_100);
  });

  it('of the record or of the runtime itself is no outcome of a call', () => {
    for (const error of [
      new OrketError('StaleEpoch', ''),
      new OrketError('AttemptStopped', ''),
      new TypeError('ours'),
    ]) {
      expect(endsAttempt(error)).toBe(true);
      expect(() => failureOf(error, noMask)).toThrow(error);
    }
    expect(endsAttempt(stop)).toBe(false);
  });

  it('with a reason that this version does not know is a failed tool', () => {
    expect(errorOf({ reason: 'FromLater', message: 'x' })).toMatchObject({ reason: 'ToolFailed', message: 'x' });
  });
});

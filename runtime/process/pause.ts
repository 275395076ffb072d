/** What a timer takes; beyond it Node's fires at once. */
const mostMs = 2 ** 31 - 1;

/**
 * Resolves after that many milliseconds, or rejects with the reason of the signal when that fires. Every call has a deadline
 * that is cancelled when the call is over: unlike those of `node:timers/promises` no error is made for that, and one of
 * a month takes a month.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let left = ms;
  for (; left > mostMs; left -= mostMs) await pauseOnce(mostMs, signal);
  await pauseOnce(left, signal);
}

function pauseOnce(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

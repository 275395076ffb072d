import type { Run } from './run.ts';
import { Withdrawn } from './withdrawn.ts';

/** What was told to stop may take this long to say what became of it; then nobody waits for it any more. */
const settleMs = 5_000;

/**
 * The end that outside work comes to by itself, also after the signal fired: a definite answer is worth a short wait.
 * Where there is none, or it is an error, why it was stopped is what counts: the signal's reason; but that nothing was
 * begun is an answer, too.
 */
export async function settle<T>(work: Promise<T>, run: Pick<Run, 'sleep'>, signal: AbortSignal): Promise<T> {
  const letGo: (() => void)[] = [];
  const abandoned = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => {
      const done = new AbortController();
      letGo.push(() => done.abort('done'));
      void run.sleep(settleMs, done.signal).then((passed) => (passed ? reject(signal.reason) : undefined));
    };
    letGo.push(() => signal.removeEventListener('abort', giveUp));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, abandoned]);
  } catch (error) {
    throw signal.aborted && !(error instanceof Withdrawn) ? signal.reason : error;
  } finally {
    for (const one of letGo) one();
  }
}

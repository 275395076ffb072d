import type { OrketError } from '#crds';
import type { WorkQueue } from './workqueue.ts';

/** What a reconcile of one key came to. */
export type Outcome =
  | { readonly type: 'done'; readonly againAfterMs?: number }
  /** Try again after a growing pause. */
  | { readonly type: 'failed'; readonly error: OrketError };

export interface WorkersOptions {
  readonly queue: WorkQueue;
  readonly count: number;
  /** Never throws. */
  readonly reconcile: (key: string) => Promise<Outcome>;
  readonly onFailure: (key: string, error: OrketError, pauseMs: number) => void;
}

/** Works on keys until the queue is closed, and returns when the last one is done. */
export async function runWorkers({ queue, count, reconcile, onFailure }: WorkersOptions): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let key = await queue.take(); key !== null; key = await queue.take()) {
      const outcome = await reconcile(key);
      if (outcome.type === 'failed') {
        onFailure(key, outcome.error, queue.retry(key));
      } else {
        queue.forget(key);
        if (outcome.againAfterMs !== undefined) queue.addAfter(key, outcome.againAfterMs);
      }
      queue.done(key);
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
}

import type { Withdrawal } from '../journal/record.ts';
import { limitAbove, timeUp } from './limits.ts';
import { attemptPath } from './path.ts';
import type { Run } from './run.ts';

/**
 * There is an intent on which nothing may begin any more, and nothing has begun: it has grown too old, Policies have become
 * stricter since, or what it belongs to is being stopped. Whoever passes it on has done nothing.
 */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn';
  readonly why: Withdrawal;

  constructor(why: Withdrawal) {
    super(`the intent is withdrawn: ${why}`);
    this.why = why;
  }
}

/** Records that nothing has begun on the intent at a path: it is charged for nothing, and nobody has to find out. */
export async function recordWithdrawal(path: string, why: Withdrawal, { trail }: Pick<Run, 'trail'>): Promise<void> {
  const make = async () => ({ type: 'call.withdrawn', path, body: { why } }) as const;
  await trail.once({ type: 'call.withdrawn', path, make });
}

/**
 * Throws what an attempt was withdrawn for where that was the end of what it belongs to: another one is not even judged.
 * Whether time was up by then is in the record.
 */
export function checkStopped(base: string, attempt: number, { trail }: Pick<Run, 'trail'>, signal: AbortSignal): void {
  const withdrawn = trail.recall('call.withdrawn', attemptPath(base, attempt - 1));
  if (withdrawn?.body.why !== 'stopped') return;
  const limit = limitAbove(withdrawn.path, (above) => {
    const reached = trail.recall('limit.reached', above);
    return reached !== undefined && reached.body.unit === 'ms' && reached.seq < withdrawn.seq ? reached : undefined;
  });
  if (limit !== undefined) throw timeUp(limit.body.limit, limit.body.allowed, limit.path);
  if (signal.aborted) throw signal.reason;
}

import type { JournalRecord, Withdrawal } from '../journal/record.ts';
import { checkTimeBefore } from './limits.ts';
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
export function checkStopped(base: string, attempt: number, run: Pick<Run, 'trail'>, signal: AbortSignal): void {
  const withdrawn = withdrawnAt(base, attempt - 1, run);
  if (withdrawn?.body.why === 'stopped') checkTimeBefore(withdrawn.seq, run, withdrawn.path, signal);
}

/** How many attempts were withdrawn of those that came after one and before another: they count as tries of nothing. */
export function withdrawnBetween(base: string, after: number, before: number, run: Pick<Run, 'trail'>): number {
  let count = 0;
  for (let number = after + 1; number < before; number += 1)
    if (withdrawnAt(base, number, run) !== undefined) count += 1;
  return count;
}

/**
 * How many milliseconds to wait after an attempt that was withdrawn. One that came too late is made again at once; where
 * that happens time and again a disk or a machine is too slow for it, which no haste mends.
 */
export function pauseAfter(base: string, attempt: number, run: Pick<Run, 'trail'>): number {
  let late = 0;
  while (late < longestPause.doublings && withdrawnAt(base, attempt - late, run)?.body.why === 'late') late += 1;
  return late < 2 ? 0 : longestPause.ms / 2 ** (longestPause.doublings - late);
}

const longestPause = { ms: 64_000, doublings: 8 } as const;

function withdrawnAt(
  base: string,
  attempt: number,
  { trail }: Pick<Run, 'trail'>,
): JournalRecord<'call.withdrawn'> | undefined {
  return trail.recall('call.withdrawn', attemptPath(base, attempt));
}

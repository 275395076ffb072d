import { OrketError } from '#crds';
import type { Callable } from './callable.ts';
import type { CallSite, Run } from './run.ts';

/** A signal that fires at a deadline, or with the signal above it; `release` lets its timer go. */
export interface Deadline {
  readonly signal: AbortSignal;
  release(): void;
}

/** Throws `DepthExceeded` for a call below too many others. */
export function checkDepth({ run, depth }: CallSite): void {
  const allowed = run.bundle.limits?.depth ?? run.semantics.defaults.depth;
  if (depth > allowed) throw new OrketError('DepthExceeded', run.semantics.messages.tooDeep(allowed));
}

/** The innermost limit of time that holds for a call, null for none of its own: limits above it act through its signal. */
export function timeoutOf(callable: Callable, { timeoutMs }: CallSite): number | null {
  if (callable.timeoutMs === null || timeoutMs === null) return callable.timeoutMs ?? timeoutMs;
  return Math.min(callable.timeoutMs, timeoutMs);
}

/**
 * Refuses to begin anything once time is up or the Session is being ended. That time was up depends on a clock, so it
 * is an input: recorded with what was seen, and taken from the record by a resume or a replay.
 */
export async function checkTime(run: Run, path: string, signal: AbortSignal): Promise<void> {
  const recorded = run.trail.recall('limit.reached', path);
  if (recorded !== undefined) throw timeUp(recorded.body.limit, recorded.body.allowed);
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  if (reason instanceof TimeUp) {
    const { limit, allowedMs: allowed } = reason;
    await run.trail.append({ type: 'limit.reached', path, body: { limit, allowed, used: allowed } }, { sync: true });
  }
  throw reason;
}

/** Starts a deadline below another signal. A limit of null, or none of its time left, needs no timer. */
export function startDeadline(
  run: Pick<Run, 'sleep' | 'trail'>,
  above: AbortSignal,
  limit: { readonly name: string; readonly allowedMs: number; readonly usedMs: number } | null,
): Deadline {
  if (limit === null) return { signal: above, release: () => {} };
  const timer = new AbortController();
  const released = new AbortController();
  const leftMs = Math.max(0, limit.allowedMs - limit.usedMs);
  void expires(run, leftMs, AbortSignal.any([above, released.signal])).then((expired) => {
    if (expired) timer.abort(timeUp(limit.name, limit.allowedMs));
  });
  return { signal: AbortSignal.any([above, timer.signal]), release: () => released.abort('released') };
}

/** Waits for the end of that time, and longer for as long as the journal was away. False when the signal fired before. */
async function expires(
  { sleep, trail }: Pick<Run, 'sleep' | 'trail'>,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  let [left, away] = [ms, trail.awayMs()];
  while (await sleep(left, signal)) {
    left = trail.awayMs() - away;
    away += left;
    if (left <= 0) return true;
  }
  return false;
}

/** `TimeLimitReached` that knows which limit it was. */
class TimeUp extends OrketError {
  readonly limit: string;
  readonly allowedMs: number;

  constructor(limit: string, allowedMs: number) {
    super('TimeLimitReached', `the limit ${limit} of ${allowedMs / 1000} s was reached`);
    this.limit = limit;
    this.allowedMs = allowedMs;
  }
}

function timeUp(limit: string, allowedMs: number): TimeUp {
  return new TimeUp(limit, allowedMs);
}

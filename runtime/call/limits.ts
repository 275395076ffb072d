import { OrketError } from '#crds';
import type { Draft, JournalRecord } from '../journal/record.ts';
import { stablePath } from './path.ts';
import type { CallSite, Callable, Run } from './run.ts';

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
export function timeoutOf(callable: Callable, { timeoutMs, limits }: CallSite): number | null {
  const seconds = [callable.limits?.activeSeconds, limits?.activeSeconds];
  const bounds = [callable.timeoutMs, timeoutMs, ...seconds.map((one) => (one === undefined ? null : one * 1000))];
  const least = Math.min(...bounds.filter((bound) => bound !== null));
  return Number.isFinite(least) ? least : null;
}

/** A limit of time, and where it holds: at `path` and below. */
export interface TimeLimit {
  readonly name: string;
  readonly path: string;
  readonly allowedMs: number;
  /** What earlier attempts used. */
  readonly usedMs: number;
}

/**
 * Refuses to begin anything once time is up or the Session is being ended. That time was up depends on a clock, so it
 * is an input: recorded where the limit holds, and taken from the record by a resume or a replay.
 */
export function checkTime(run: Pick<Run, 'trail'>, path: string, signal: AbortSignal): void {
  checkTimeBefore(Number.POSITIVE_INFINITY, run, path, signal);
}

/** The same as it was when the record with that seq was written. */
export function checkTimeBefore(seq: number, { trail }: Pick<Run, 'trail'>, path: string, signal: AbortSignal): void {
  // What is asked below a call that ran out of its own time is whether it happened: that is not part of it.
  const isProbed = (above: string): boolean => trail.recall('call.intent', above)?.body.recovery === 'probe';
  const recorded = limitAbove(path, (above) => {
    const reached = isProbed(above) ? undefined : trail.recall('limit.reached', above);
    return reached?.body.unit === 'ms' && reached.seq < seq ? reached : undefined;
  });
  if (recorded !== undefined) throw timeUp(recorded.body.limit, recorded.body.allowed, recorded.path);
  if (signal.aborted) throw signal.reason;
}

/** The limit that was reached above a path, as far as `find` knows. */
export function limitAbove(
  path: string,
  find: (above: string) => JournalRecord<'limit.reached'> | undefined,
): JournalRecord<'limit.reached'> | undefined {
  for (let above = path; above !== '';) {
    above = above.slice(0, Math.max(0, above.lastIndexOf('/')));
    const found = find(above);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Starts a deadline below another signal; what fires is recorded first. A limit of null needs no timer. */
export async function startDeadline(
  run: Pick<Run, 'sleep' | 'trail' | 'clock' | 'presence'>,
  above: AbortSignal,
  limit: TimeLimit | null,
): Promise<Deadline> {
  if (limit === null) return { signal: above, release: () => {} };
  const ended = new AbortController();
  const waiting = new AbortController();
  const leftMs = Math.max(0, limit.allowedMs - limit.usedMs);
  const watch = run.presence.stopwatch(limit.path);
  const stoodStillMs = (): number => run.trail.awayMs() + watch.stoppedMs();
  const began = run.clock() - stoodStillMs();
  const end = (reason: unknown): void => {
    waiting.abort('over');
    ended.abort(reason);
  };
  const follow = (): void => end(above.reason);
  const fire = async (): Promise<void> => {
    const used = limit.usedMs + run.clock() - stoodStillMs() - began;
    end(await reached(limit, used, run));
  };
  // Every call has one of these: a listener costs a fraction of what a signal made of others does.
  if (above.aborted) follow();
  else above.addEventListener('abort', follow, { once: true });
  if (leftMs === 0) await fire();
  else {
    void expires(run.sleep, stoodStillMs, leftMs, waiting.signal).then((expired) => (expired ? fire() : undefined));
  }
  const release = (): void => {
    watch.release();
    above.removeEventListener('abort', follow);
    waiting.abort('over');
  };
  return { signal: ended.signal, release };
}

/** Records that time is up and gives what to stop with: where that cannot be recorded, the reason of that. */
async function reached(
  { name, path, allowedMs }: TimeLimit,
  used: number,
  { trail }: Pick<Run, 'trail'>,
): Promise<unknown> {
  const body = { limit: name, unit: 'ms', allowed: allowedMs, used } as const;
  const make = async (): Promise<Draft<'limit.reached'>> => ({ type: 'limit.reached', path, body });
  try {
    await trail.once({ type: 'limit.reached', path, make, sync: true });
    return timeUp(name, allowedMs, path);
  } catch (error) {
    return error;
  }
}

/** Waits for the end of that time, and longer for as long as it stood still. False when the signal fired before. */
async function expires(
  sleep: Run['sleep'],
  stoodStillMs: () => number,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  let [left, still] = [ms, stoodStillMs()];
  while (await sleep(left, signal)) {
    left = stoodStillMs() - still;
    still += left;
    if (left <= 0) return true;
  }
  return false;
}

/** An attempt more or less is told by nobody: a model may read it. */
function timeUp(limit: string, allowedMs: number, path: string): OrketError {
  const at = path === '' ? 'the Session' : stablePath(path);
  return new OrketError('TimeLimitReached', `the limit ${limit} of ${allowedMs / 1000} s was reached`, { at });
}

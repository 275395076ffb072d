import { bundleDigest, OrketError, type Bundle, type JsonValue } from '#crds';
import { assembleRun } from './assemble.ts';
import { activeMs } from './call/history.ts';
import { startDeadline, type TimeLimit } from './call/limits.ts';
import { LiveTrail } from './call/live-trail.ts';
import { createMask } from './secrets/mask.ts';
import { openJournal, type Journal } from './journal/journal.ts';
import type { JournalRecord } from './journal/record.ts';
import type { JournalStore } from './journal/store.ts';
import type { SessionInput } from './launch.ts';
import type { ModelProvider } from './models/provider.ts';
import { begin, checkSession, rebuild, startOf, type Started } from './opening.ts';
import { play, type Ended } from './score/play.ts';
import type { StateStore } from './state/state.ts';
import type { Workspace } from './workspace/workspace.ts';

/** Everything ambient that a Session uses, passed in. */
export interface SessionDeps {
  readonly store: JournalStore;
  readonly provider: ModelProvider;
  readonly workspace: Workspace;
  /** What outlives the Session, by its Flow. */
  readonly state: StateStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Resolves after that many milliseconds, or rejects when the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 32 random bytes as hex, used only where a new Session has to draw its seed. */
  readonly seed: () => string;
  /** Exact values to be replaced before anything is recorded, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Ends the Session in order with reason `Cancelled`; what is in flight is stopped. */
  readonly cancel: AbortSignal;
  /** Ends this attempt in order, with nothing more recorded; a next attempt goes on. */
  readonly stop: AbortSignal;
  /** Called for each record after it was written, and for each text delta. */
  readonly observe: (event: SessionEvent) => void;
}

export type SessionEvent =
  | { readonly type: 'record'; readonly record: JournalRecord }
  | { readonly type: 'delta' | 'log'; readonly path: string; readonly text: string }
  | { readonly type: 'progress'; readonly path: string; readonly fraction: number | null; readonly text: string };

export interface SessionResult {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly result: JsonValue | null;
  readonly stateDigest: string;
  readonly error: { readonly reason: string; readonly message: string } | null;
}

/**
 * Runs one Session, or what an earlier attempt left of it, to its end: bundle in, journal out. A Session that has ended
 * gives its result again and does nothing.
 *
 * Throws what ends the attempt and not the Session: `AttemptStopped`, `BundleMismatch`, `RuntimeUnsupported`, and what
 * became of the journal (`JournalLocked`, `JournalCorrupt`, `JournalWriteFailed`, `StaleEpoch`, `HeadMismatch`).
 */
export async function runSession(input: SessionInput, deps: SessionDeps): Promise<SessionResult> {
  const { store, clock, observe } = deps;
  const journal = await openJournal({ store, clock, observe: (record) => observe({ type: 'record', record }) });
  try {
    const digest = bundleDigest(input.bundle);
    const started = startOf(journal.records);
    if (started !== undefined) checkSession(started, digest, input.launch.session.uid);
    const past = journal.records.findLast((record) => record.type === 'session.ended');
    if (past !== undefined) return await resultOf(past.body, journal);

    const current = await begin(journal, started, digest, input, deps);
    await rebuild(deps.workspace, journal);
    return await resultOf(await playLive(input.bundle, current, journal, deps), journal);
  } finally {
    await journal.close();
  }
}

async function playLive(bundle: Bundle, started: Started, journal: Journal, deps: SessionDeps): Promise<Ended> {
  const { workspace, provider, clock, observe } = deps;
  const ending = new AbortController();
  const stopped = following(deps.stop, new OrketError('AttemptStopped', 'this attempt was told to stop'));
  const cancelled = following(deps.cancel, new OrketError('Cancelled', 'the Session was cancelled'));
  // Once the journal takes nothing more, nothing that is in flight can be of use.
  const trail = new LiveTrail(journal, clock, stopped, (error) => ending.abort(error));
  const sleep = (ms: number, signal: AbortSignal): Promise<boolean> =>
    deps.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  const run = assembleRun(bundle, started, {
    trail,
    mask: createMask(deps.secrets),
    workspace,
    provider,
    clock,
    sleep,
    state: deps.state,
    onDelta: (path, text) => observe({ type: 'delta', path, text }),
    onLog: (path, text) => observe({ type: 'log', path, text }),
    onProgress: (path, fraction, text) => observe({ type: 'progress', path, fraction, text }),
  });
  const deadline = await startDeadline(
    run,
    AbortSignal.any([ending.signal, stopped, cancelled]),
    activeLimit(bundle, journal),
  );
  try {
    return await play(run, deadline.signal);
  } finally {
    deadline.release();
  }
}

/** Active time counts over all attempts, and nothing of what lay between them. */
function activeLimit({ limits }: Bundle, { records }: Journal): TimeLimit | null {
  if (limits?.activeSeconds === undefined) return null;
  return { name: 'activeSeconds', path: '', allowedMs: limits.activeSeconds * 1000, usedMs: activeMs(records, 1) };
}

/** A signal that fires with another one, for a reason of ours. */
function following(signal: AbortSignal, reason: OrketError): AbortSignal {
  const controller = new AbortController();
  if (signal.aborted) controller.abort(reason);
  else signal.addEventListener('abort', () => controller.abort(reason), { once: true });
  return controller.signal;
}

async function resultOf(ended: Ended, journal: Journal): Promise<SessionResult> {
  const { status, result, resultDigest, stateDigest, error } = ended;
  return {
    status,
    result: resultDigest === null ? null : await journal.read(result, resultDigest),
    stateDigest,
    error,
  };
}

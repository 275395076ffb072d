import { digestOf, OrketError, type Bundle, type BundleRule } from '#crds';
import { assembleRun } from './assemble.ts';
import { activeMs } from './call/active-time.ts';
import { changesOfRecords } from './call/file-changes.ts';
import { startDeadline, type TimeLimit } from './call/limits.ts';
import { LiveTrail } from './call/live-trail.ts';
import { Parked } from './call/parked.ts';
import { compilePolicies, type Policies } from './call/policy.ts';
import { Presence } from './call/presence.ts';
import { adjustRefusal } from './conductor/adjust-refusal.ts';
import type { Run } from './call/run.ts';
import { isTaken } from './journal/fork-facts.ts';
import { editRefusal } from './inbox/edit-refusal.ts';
import { LiveDesk } from './inbox/live-desk.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalRecord } from './journal/record.ts';
import { requesterOf } from './journal/story.ts';
import type { Started } from './opening.ts';
import { treeOfChanges } from './workspace/tree-of-changes.ts';
import { play, type Ended } from './score/play.ts';
import { createMask } from './secrets/mask.ts';
import { semanticsOf } from './semantics/semantics.ts';
import type { SessionDeps, SessionParked } from './session-deps.ts';

/** How long a Session that waits for people keeps its process, where nothing else is said. */
const parkAfterMs = 10_000;

/** What a Session stands on: its own journal, and the facts that it took over as a fork. */
interface Past {
  readonly journal: Journal;
  readonly taken: readonly JournalRecord[];
}

/**
 * Plays a Session for as long as it can go on: to its end, or until all that is left is to wait for people. Throws what
 * ends the attempt and not the Session.
 */
export async function playLive(
  bundle: Bundle,
  started: Started,
  past: Past,
  deps: SessionDeps & Pick<Run, 'workspace'>,
): Promise<Ended | SessionParked> {
  const { journal, taken } = past;
  const ends = endsOf(deps);
  const { clock, observe, workspace, provider, state } = deps;
  const sleep = sleepOf(deps);
  // Once the journal takes nothing more, nothing that is in flight can be of use.
  const trail = new LiveTrail(journal, clock, ends.stopped, (error) => ends.end(error), taken);
  const mask = createMask(deps.secrets);
  const semantics = semanticsOf(started.semantics);
  const presence = parking(deps, sleep, () => ends.end(new Parked('approval')));
  const desk = new LiveDesk({
    inbox: deps.inbox ?? null,
    trail,
    recordWhole: journal.recordWhole,
    mask,
    clock,
    sleep,
    gateDigest: (seq, callDigest) => semantics.gateDigest(started.uid, seq, callDigest, started.bundle.digest),
    requester: requesterOf(started.provenance),
    unfit: (adjust) => adjustRefusal(adjust, bundle, trail.records),
    unfitInput: editRefusal(bundle, started.semantics),
    onControl: ({ control, from, note }) => {
      if (control === 'pause') ends.end(new Parked('paused'));
      if (control === 'cancel')
        ends.end(new OrketError('Cancelled', semantics.messages.cancelled(mask.text(from.name), note)));
    },
    onAdjustment: ({ adjust, from }) => {
      // One that names a step waits for it.
      if (adjust.op === 'pause' && adjust.step === undefined) ends.end(new Parked('paused'));
      if (adjust.op === 'abort' && adjust.step === undefined)
        ends.end(new OrketError('Aborted', semantics.messages.aborted(from.name)));
    },
    failed: (error) => ends.end(error),
  });
  const run = assembleRun(bundle, started, {
    trail,
    mask,
    workspace,
    provider,
    state,
    hosts: deps.hosts,
    presence,
    desk,
    livePolicies: tightening(deps, bundle),
    signal: ends.signal,
    pause: () => ends.end(new Parked('paused')),
    clock,
    sleep,
    onDelta: (path, text) => observe({ type: 'delta', path, text }),
    onLog: (path, text) => observe({ type: 'log', path, text }),
    onProgress: (path, fraction, text) => observe({ type: 'progress', path, fraction, text }),
  });
  try {
    await desk.open();
    if (desk.paused) return await park(new Parked('paused'), past);
    const deadline = await startDeadline(run, ends.signal, activeLimit(bundle, journal));
    try {
      return await play(run, deadline.signal);
    } catch (error) {
      if (error instanceof Parked) return await park(error, past);
      throw error;
    } finally {
      deadline.release();
    }
  } finally {
    await desk.close();
  }
}

/** The live rules that the bundle does not have. */
function tightening({ livePolicies = () => [] }: SessionDeps, { policyRules = [] }: Bundle): () => Policies {
  const pinned = new Set(policyRules.map((rule) => digestOf({ ...rule })));
  let seen: readonly BundleRule[] = [];
  let compiled: Policies = [];
  return () => {
    const rules = livePolicies();
    if (rules !== seen)
      compiled = compilePolicies(
        rules.filter((rule) => !pinned.has(digestOf({ ...rule }))),
        'live',
      );
    seen = rules;
    return compiled;
  };
}

/** What may end an attempt, as one signal: the first that happens counts. */
interface Ends {
  readonly signal: AbortSignal;
  /** Fires where nothing more may be recorded. */
  readonly stopped: AbortSignal;
  end(reason: unknown): void;
}

function endsOf({ stop, cancel }: SessionDeps): Ends {
  const own = new AbortController();
  const stopped = following(stop, new OrketError('AttemptStopped', 'this attempt was told to stop'));
  const signal = AbortSignal.any([
    own.signal,
    stopped,
    following(cancel, new OrketError('Cancelled', 'the Session was cancelled')),
  ]);
  return { signal, stopped, end: (reason) => own.abort(reason) };
}

/** Has the Session park once all of it has waited for people for a while. */
function parking(deps: SessionDeps, sleep: ReturnType<typeof sleepOf>, park: () => void): Presence {
  let waiting: AbortController | null = null;
  const presence: Presence = new Presence(deps.clock, () => {
    waiting?.abort();
    waiting = null;
    if (!presence.allWait) return;
    const mine = new AbortController();
    waiting = mine;
    void sleep(deps.parkAfterMs ?? parkAfterMs, mine.signal).then((passed) => (passed ? park() : undefined));
  });
  return presence;
}

/** Records that the attempt leaves the Session to people. What was in flight and has no outcome is not among the files. */
async function park({ why }: Parked, { journal, taken }: Past): Promise<SessionParked> {
  const open = new Set<number>();
  const records = [...taken, ...journal.records];
  for (const record of records) {
    if (record.type === 'gate.opened' && !isTaken(record)) open.add(record.seq);
    if (record.type === 'gate.decided') open.delete(record.body.gate);
  }
  const gates = [...open];
  const body = { reason: why, gates, treeDigest: treeOfChanges(changesOfRecords(records), '') };
  await journal.append({ type: 'session.parked', path: '', body }, { sync: true });
  return { status: 'parked', why, gates: gates.map((seq) => `g${seq}`) };
}

function sleepOf(deps: SessionDeps): (ms: number, signal: AbortSignal) => Promise<boolean> {
  return (ms, signal) =>
    deps.sleep(ms, signal).then(
      () => true,
      () => false,
    );
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

import { formatInstant, parseInstant, type Instant, type Session, type SessionStatus } from '#crds';
import { sameStatus } from './conditions.ts';
import { isFinal } from './history.ts';
import { attemptName } from './names.ts';
import type {
  Action,
  AttemptState,
  EventText,
  JournalView,
  ObjectKey,
  ObservedBundle,
  ObservedSession,
  Plan,
} from './plan.ts';
import { ending, endOf, nextStatus, type Ending, type Pin } from './session-status.ts';

/** How long a Session waits for objects that its Flow refers to and that may arrive with the same apply. */
const arrivalMs = 30_000;
/** How long a runner may outlive the end of its Session before it is stopped. */
const lingerMs = 30_000;
/** A gate may wait for longer than a timer can: then this is looked at in between. */
const longestWaitMs = 86_400_000;

/**
 * What should become of a Session now. Its journal is the only truth about the outcome: a runner that ended without
 * `session.ended` has crashed, whatever its exit code, and the next attempt goes on. A finished Session stays finished.
 */
export function reconcileSession(session: Session, observed: ObservedSession, now: Instant): Plan {
  if (session.metadata.deletionTimestamp !== undefined) return { actions: [] };
  if (isFinal(session.status.phase)) return release(session, observed.attempt, now);
  const end = observed.journal === null ? null : endOf(observed.journal);
  if (end !== null) return finish(session, observed, end, now);
  if (observed.bundle.state === 'refused') return refuse(session, observed, observed.bundle, now);
  const pin = pinOf(observed.bundle);
  const attempt = session.status.attempt ?? 0;
  if (attempt === 0)
    return { actions: [...putBundle(session, observed.bundle), ...begin(session, observed, pin, 1, now)] };
  if (isParked(observed, attempt)) {
    const waitsMs = untilExpiry(observed.journal, now);
    if (observed.woken === true || waitsMs === 0)
      return { actions: [...begin(session, observed, pin, attempt + 1, now)] };
    const actions = write(session, nextStatus(session, observed, { pin, attempt }, now));
    return waitsMs === null ? { actions } : { actions, againAfterMs: waitsMs };
  }
  if (observed.attempt.state === 'none' || observed.attempt.attempt < attempt) {
    return hadRunner(session, attempt)
      ? again(session, observed, pin, attempt, `${attemptName(session.metadata.name, attempt)} is gone`, now)
      : { actions: [start(session, observed, pin, attempt)] };
  }
  if (observed.attempt.state === 'ended') {
    return again(session, observed, pin, observed.attempt.attempt, exitText(observed.attempt), now);
  }
  return { actions: write(session, nextStatus(session, observed, { pin, attempt: observed.attempt.attempt }, now)) };
}

/** The newest attempt went away in order, to wait for people with no process. */
function isParked({ attempt: { state, ...runner }, journal }: ObservedSession, attempt: number): boolean {
  if (journal === null || journal.parked === null || journal.attempt !== attempt) return false;
  return state === 'none' || (state === 'ended' && 'attempt' in runner && runner.attempt <= attempt);
}

/** How long until a gate that a parked Session waits at expires, 0 once one has; null where none ever does. */
function untilExpiry(journal: JournalView | null, now: Instant): number | null {
  if (journal === null || journal.wakeAt === null) return null;
  return Math.min(Math.max(0, parseInstant(journal.wakeAt) - now), longestWaitMs);
}

function finish(session: Session, observed: ObservedSession, end: Ending, now: Instant): Plan {
  const pin = observed.bundle.state === 'resolved' ? pinOf(observed.bundle) : null;
  const status = nextStatus(session, observed, { pin, attempt: session.status.attempt ?? 0, end }, now);
  return { actions: [...write(session, status), event(session, endEvent(end))], againAfterMs: lingerMs };
}

function refuse(
  session: Session,
  observed: ObservedSession,
  refusal: Extract<ObservedBundle, { state: 'refused' }>,
  now: Instant,
): Plan {
  const { reason, message, mayArrive } = refusal;
  const waitedMs = now - parseInstant(session.status.queuedTime ?? formatInstant(now));
  if (mayArrive && waitedMs < arrivalMs) {
    const status = nextStatus(session, observed, { pin: null, attempt: 0, waiting: { reason, message } }, now);
    return { actions: write(session, status), againAfterMs: arrivalMs - waitedMs };
  }
  return finish(session, observed, ending('Failed', reason, message, formatInstant(now)), now);
}

/** Writes `status.attempt` before the runner is made, so that the number is never used twice. */
function begin(
  session: Session,
  observed: ObservedSession,
  pin: Pin,
  attempt: number,
  now: Instant,
): readonly Action[] {
  const status = nextStatus(session, observed, { pin, attempt, starting: true }, now);
  const news: EventText = {
    type: 'Normal',
    reason: 'AttemptStarted',
    action: 'Run',
    message: `Attempt ${attempt} of at most ${observed.template.maxAttempts} starts as ${attemptName(session.metadata.name, attempt)}`,
  };
  return [...write(session, status), start({ ...session, status }, observed, pin, attempt), event(session, news)];
}

function again(
  session: Session,
  observed: ObservedSession,
  pin: Pin,
  attempt: number,
  why: string,
  now: Instant,
): Plan {
  const failed = `Attempt ${attempt} ended without a result: ${why}`;
  const news = event(session, { type: 'Warning', reason: 'AttemptFailed', action: 'Run', message: failed });
  // An attempt that went away in order failed in nothing.
  if (attempt - (observed.journal?.parks ?? 0) < observed.template.maxAttempts) {
    return { actions: [news, ...begin(session, observed, pin, attempt + 1, now)] };
  }
  const message = `${failed}; ${attempt === 1 ? 'its only attempt is' : `all ${attempt} attempts are`} used up (sessionTemplate.maxAttempts of the Flow)`;
  const finished = finish(session, observed, ending('Failed', 'AttemptsExhausted', message, formatInstant(now)), now);
  return { ...finished, actions: [news, ...finished.actions] };
}

/** A finished Session changes no more; a runner that hangs on is stopped. */
function release(session: Session, attempt: AttemptState, now: Instant): Plan {
  if (attempt.state === 'none' || attempt.state === 'ended') return { actions: [] };
  const lingersMs = now - parseInstant(session.status.completionTime ?? formatInstant(now));
  if (lingersMs < lingerMs) return { actions: [], againAfterMs: lingerMs - lingersMs };
  return { actions: [{ type: 'stopAttempt', session, attempt: attempt.attempt }] };
}

function start(
  session: Session,
  { bundle, template, attempt: before }: ObservedSession,
  pin: Pin,
  attempt: number,
): Action {
  if (bundle.state !== 'resolved') throw new Error('a refused bundle starts no attempt');
  return {
    type: 'startAttempt',
    session,
    attempt,
    bundle: pin.digest,
    launch: bundle.launch,
    template,
    previousIsDead: isDead(before, attempt - 1),
  };
}

/** A runner that is gone may still run somewhere: only one that is known to have exited is dead. */
function isDead(before: AttemptState, attempt: number): boolean {
  return attempt === 0 || (before.state === 'ended' && before.attempt === attempt && before.exit.code !== null);
}

function putBundle(
  { metadata }: Session,
  { digest, bundle }: Extract<ObservedBundle, { state: 'resolved' }>,
): readonly Action[] {
  return bundle === null ? [] : [{ type: 'putBundle', namespace: metadata.namespace ?? '', digest, bundle }];
}

function pinOf({ digest, version, steps }: Extract<ObservedBundle, { state: 'resolved' }>): Pin {
  return { digest, version, steps };
}

/** Whether a runner of this attempt was seen: its name must not be used for another one. */
function hadRunner({ metadata, status }: Session, attempt: number): boolean {
  return status.podRef?.uid !== undefined && status.podRef.name === attemptName(metadata.name, attempt);
}

function exitText({ runner, exit }: Extract<AttemptState, { state: 'ended' }>): string {
  const code = exit.code === null ? '' : ` (exit ${exit.code})`;
  return `${runner.name} ${exit.reason}${code}${exit.message === '' ? '' : `: ${exit.message}`}`;
}

function write(session: Session, status: SessionStatus): Action[] {
  return sameStatus(session.status, status) ? [] : [{ type: 'writeSessionStatus', session, status }];
}

function event(session: Session, text: EventText): Action {
  const { kind, metadata } = session;
  const about: ObjectKey = { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
  return { type: 'event', about, event: text };
}

function endEvent({ phase, reason, message }: Ending): EventText {
  const type = phase === 'Succeeded' ? 'Normal' : 'Warning';
  return { type, reason: phase === 'Failed' ? reason : `Session${phase}`, action: 'Run', message };
}

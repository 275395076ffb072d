import type { FlowCounts, FlowLastSession, FlowOutcome, FlowStatus, Session, SessionPhase } from '#crds';

const outcomesKept = 5;

interface History {
  readonly lastSession?: FlowLastSession;
  readonly counts: FlowCounts;
  readonly outcomes?: readonly FlowOutcome[];
}

/** What a Flow remembers of its Sessions: the newest, how many stand how, and the last five outcomes, also of deleted ones. */
export function history(before: FlowStatus, sessions: readonly Session[]): History {
  const newest = sessions.toSorted(byCreation).at(-1);
  const lastSession = newest === undefined ? before.lastSession : lastOf(newest);
  const outcomes = lastOutcomes(before.outcomes ?? [], sessions);
  return {
    ...(lastSession === undefined ? {} : { lastSession }),
    counts: countsOf(sessions),
    ...(outcomes.length === 0 ? {} : { outcomes }),
  };
}

export function isFinal(phase: SessionPhase | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Cancelled';
}

function countsOf(sessions: readonly Session[]): FlowCounts {
  const succeeded = sessions.filter(({ status }) => status.phase === 'Succeeded').length;
  const ended = sessions.filter(({ status }) => isFinal(status.phase)).length;
  return { active: sessions.length - ended, succeeded, failed: ended - succeeded };
}

function lastOf({ metadata, spec, status }: Session): FlowLastSession {
  const digest = status.bundle?.digest ?? spec.cause.digest;
  return {
    name: metadata.name,
    phase: status.phase ?? 'Queued',
    ...(digest === undefined ? {} : { digest }),
    ...(status.completionTime === undefined ? {} : { completionTime: status.completionTime }),
  };
}

function lastOutcomes(before: readonly FlowOutcome[], sessions: readonly Session[]): readonly FlowOutcome[] {
  const now = sessions.flatMap((session) => {
    const { metadata, status } = session;
    if (!isFinal(status.phase) || status.phase === undefined || status.bundle === undefined) return [];
    const { phase, completionTime } = status;
    const outcome: FlowOutcome = { digest: status.bundle.digest, session: metadata.name, phase };
    return [completionTime === undefined ? outcome : { ...outcome, completionTime }];
  });
  const names = new Set(now.map(({ session }) => session));
  return [...now, ...before.filter(({ session }) => !names.has(session))].toSorted(byCompletion).slice(0, outcomesKept);
}

/** A Session that is not yet on the server has no time of creation and is the newest. */
function byCreation(a: Session, b: Session): number {
  return (
    compare(a.metadata.creationTimestamp ?? '9', b.metadata.creationTimestamp ?? '9') ||
    compare(a.metadata.name, b.metadata.name)
  );
}

function byCompletion(a: FlowOutcome, b: FlowOutcome): number {
  return compare(b.completionTime ?? '', a.completionTime ?? '') || compare(a.session, b.session);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

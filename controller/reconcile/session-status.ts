import {
  counted,
  formatSecond,
  parseInstant,
  type Digest,
  type Instant,
  type PodReference,
  type Session,
  type SessionApproval,
  type SessionPendingApproval,
  type SessionPhase,
  type SessionStatus,
} from '#crds';
import { conditions, cutText, type Claim } from './conditions.ts';
import { attemptName } from './names.ts';
import type { ApprovalView, GateView, JournalView, ObservedSession, Runner } from './plan.ts';

/** The bundle that a Session runs, for its whole life. */
export interface Pin {
  readonly digest: Digest;
  readonly version: number;
  readonly steps: number;
}

/** How a Session ended. */
export interface Ending {
  readonly phase: 'Succeeded' | 'Failed' | 'Cancelled';
  readonly reason: string;
  readonly message: string;
  readonly completionTime: string;
}

/** What a reconcile has decided; the rest of the status follows from what was observed. */
export interface Decision {
  readonly pin: Pin | null;
  /** 0 before the first. */
  readonly attempt: number;
  /** A new attempt is about to start. */
  readonly starting?: true;
  /** What keeps it from starting. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** What has it go on from where it is parked, to be said instead of what it asks. */
  readonly goesOn?: string;
  readonly end?: Ending;
}

const messageCharacters = 512;

/** How the journal says that the Session ended, null while it goes on. */
export function endOf(journal: JournalView): Ending | null {
  const { ended } = journal;
  if (ended === null) return null;
  switch (ended.status) {
    case 'succeeded':
      return ending('Succeeded', 'Succeeded', summary(journal), ended.completionTime);
    case 'failed':
      return ending('Failed', ended.reason ?? 'Failed', ended.message ?? 'The Session failed', ended.completionTime);
    case 'cancelled':
      return ending('Cancelled', 'Cancelled', ended.message ?? 'The Session was cancelled', ended.completionTime);
  }
}

export function ending(phase: Ending['phase'], reason: string, message: string, completionTime: string): Ending {
  return { phase, reason, message: cutText(message, messageCharacters), completionTime };
}

/** The whole next status of a Session. */
export function nextStatus(
  session: Session,
  observed: ObservedSession,
  decision: Decision,
  now: Instant,
): SessionStatus {
  const before = session.status;
  const { pin, attempt, end } = decision;
  const generation = session.metadata.generation ?? 1;
  const phase = phaseOf(observed, decision);
  const message = cutText(messageOf(phase, observed, decision), messageCharacters);
  const podRef = podOf(session, observed, decision);
  const bundle = pin === null ? before.bundle : { digest: pin.digest, version: pin.version };
  const stepsTotal = pin?.steps ?? before.stepsTotal;
  return fitting({
    observedGeneration: generation,
    phase,
    message,
    conditions: conditions(claims(phase, decision, message), before.conditions, generation, now),
    queuedTime: before.queuedTime ?? formatSecond(now),
    ...(bundle === undefined ? {} : { bundle }),
    ...(attempt === 0 ? {} : { attempt }),
    ...(podRef === null ? {} : { podRef }),
    ...(stepsTotal === undefined ? {} : { stepsTotal }),
    ...runtimeOf(before, observed),
    ...(observed.journal === null ? {} : recorded(observed.journal, stepsTotal)),
    ...(end === undefined ? {} : { completionTime: second(end.completionTime) }),
  });
}

/** No status takes more room: the oldest approvals give way, then the gates opened last; the totals tell of all. */
const mostBytes = 16 * 1024;

function fitting(status: SessionStatus): SessionStatus {
  const { approvals = [], pendingApprovals = [] } = status;
  if (Buffer.byteLength(JSON.stringify(status)) <= mostBytes) return status;
  if (approvals.length > 0) return fitting({ ...status, approvals: approvals.slice(1) });
  if (pendingApprovals.length > 0) return fitting({ ...status, pendingApprovals: pendingApprovals.slice(0, -1) });
  return status;
}

function phaseOf({ attempt, journal }: ObservedSession, decision: Decision): SessionPhase {
  if (decision.end !== undefined) return decision.end.phase;
  if (decision.waiting !== undefined) return 'Queued';
  if (decision.starting) return 'Starting';
  if (journal?.attempt !== decision.attempt) return 'Starting';
  if (journal.parked === 'paused') return 'Paused';
  if (journal.parked === 'approval') return 'AwaitingApproval';
  if (attempt.state !== 'running') return 'Starting';
  return journal.gatesTotal > 0 ? 'AwaitingApproval' : 'Running';
}

/** What kstatus reads: Reconciling while it goes on, Succeeded alone when it went well, Stalled when it did not. */
function claims(phase: SessionPhase, { end, waiting }: Decision, message: string): readonly Claim[] {
  if (end === undefined) {
    const reason = waiting?.reason ?? phase;
    const claims: readonly Claim[] = [
      { type: 'Succeeded', status: 'Unknown', reason, message },
      { type: 'Reconciling', status: 'True', reason, message },
    ];
    return phase === 'AwaitingApproval'
      ? [...claims, { type: 'AwaitingApproval', status: 'True', reason, message }]
      : claims;
  }
  const { reason } = end;
  if (end.phase === 'Succeeded') return [{ type: 'Succeeded', status: 'True', reason, message }];
  return [
    { type: 'Succeeded', status: 'False', reason, message },
    { type: 'Stalled', status: 'True', reason, message },
  ];
}

function messageOf(phase: SessionPhase, { attempt, journal }: ObservedSession, decision: Decision): string {
  if (decision.end !== undefined) return decision.end.message;
  if (decision.waiting !== undefined) return `Waiting: ${decision.waiting.message}`;
  if (decision.goesOn !== undefined) return decision.goesOn;
  if (phase === 'Paused') return 'It goes on once somebody resumes it';
  if (phase === 'AwaitingApproval' && journal !== null) return asks(journal);
  if (phase === 'Running' && journal !== null) {
    const current = journal.steps.findLast((step) => step.phase === 'Running');
    const of = decision.pin === null ? '' : ` of ${decision.pin.steps}`;
    return current === undefined ? 'Running' : `Step ${journal.stepsDone + 1}${of}: ${current.id}`;
  }
  const waits = !decision.starting && attempt.state === 'starting' ? attempt.waitsFor : null;
  return `Attempt ${decision.attempt} is starting${waits === null ? '' : `: ${waits}`}`;
}

/** What people are asked, the first gate in full. */
function asks({ gates, gatesTotal }: JournalView): string {
  const [first] = gates;
  if (first === undefined) return 'Waits for people';
  const more = gatesTotal > 1 ? `, and ${counted(gatesTotal - 1, 'more gate')}` : '';
  const what = first.name === '' ? first.message : `${first.name}: ${first.message}`;
  return `Waits for a decision on g${first.seq}${more}: ${what}`;
}

function summary({ stepsDone, usage, artifacts, artifactsTotal }: JournalView): string {
  const parts = [counted(stepsDone, 'step'), counted(usage.calls, 'model call')];
  const tokens = usage.inputTokens + usage.outputTokens;
  if (tokens > 0) parts.push(counted(tokens, 'token'));
  const [only] = artifacts;
  if (artifactsTotal === 1 && only !== undefined) parts.push(`artifact ${only.name}`);
  else if (artifactsTotal > 0) parts.push(counted(artifactsTotal, 'artifact'));
  return parts.join(', ');
}

/** The pod is named before it is made; its UID comes once it was seen. */
function podOf(session: Session, { attempt }: ObservedSession, decision: Decision): PodReference | null {
  if (!decision.starting && attempt.state !== 'none' && attempt.attempt === decision.attempt) {
    return attempt.runner.kind === 'pod' ? { name: attempt.runner.name, uid: attempt.runner.uid } : null;
  }
  const before = session.status.podRef;
  return before?.name === attemptName(session.metadata.name, decision.attempt) ? before : null;
}

function runtimeOf(before: SessionStatus, { attempt, journal }: ObservedSession): Pick<SessionStatus, 'runtime'> {
  const runner: Runner | null = attempt.state === 'none' ? null : attempt.runner;
  const image = before.runtime?.image ?? runner?.image ?? undefined;
  const semantics = journal?.semantics ?? before.runtime?.semantics;
  if (image === undefined && semantics === undefined) return {};
  return { runtime: { ...(semantics === undefined ? {} : { semantics }), ...(image === undefined ? {} : { image }) } };
}

/** What a journal puts into status: bounded lists, each with its total beside it. */
function recorded(journal: JournalView, total: number | undefined): Partial<SessionStatus> {
  const { ended, usage, artifacts, gates, approvals } = journal;
  const current = journal.steps.findLast((step) => step.phase === 'Running');
  return {
    startTime: second(journal.startTime),
    journal: { head: journal.head, seq: journal.seq },
    progress: {
      ...(current === undefined ? {} : { step: current.id }),
      done: journal.stepsDone,
      ...(total === undefined ? {} : { total }),
    },
    steps: journal.steps.map(({ id, phase, startTime, completionTime, reason }) => ({
      id,
      phase,
      startTime: second(startTime),
      ...(completionTime === null ? {} : { completionTime: second(completionTime) }),
      ...(reason === null ? {} : { reason }),
    })),
    usage,
    ...(artifacts.length === 0 ? {} : { artifacts, artifactsTotal: journal.artifactsTotal }),
    ...(gates.length === 0
      ? {}
      : { pendingApprovals: gates.map(pendingApproval), pendingApprovalsTotal: journal.gatesTotal }),
    ...(approvals.length === 0 ? {} : { approvals: approvals.map(approvalOf), approvalsTotal: journal.approvalsTotal }),
    ...(ended === null ? {} : { stateDigest: ended.stateDigest }),
    ...(ended === null || ended.result === null ? {} : { result: ended.result }),
  };
}

function pendingApproval({ seq, digest, name, expiresAt }: GateView): SessionPendingApproval {
  return {
    name: `g${seq}`,
    digest,
    ...(name === '' ? {} : { call: name.slice(0, 63) }),
    ...(expiresAt === null ? {} : { expiresTime: second(expiresAt) }),
  };
}

function approvalOf({ seq, digest, time }: ApprovalView): SessionApproval {
  return { name: `g${seq}`, digest, time: second(time) };
}

function second(time: string): string {
  return formatSecond(parseInstant(time));
}

import { OrketError, parseInstant, type Instant, type Session } from '#crds';
import { folderInbox, isLocked, type Entry } from '#runtime';
import { isFinal } from '../reconcile/history.ts';
import type { AttemptState, GateView, JournalView, ObservedSession } from '../reconcile/plan.ts';
import { endOf, nextStatus } from '../reconcile/session-status.ts';
import { readForks } from './local-forks.ts';
import { LocalJournal } from './local-journal.ts';
import type { SessionFolder } from './session-folder.ts';

/** A Session of this machine as it stands. Its command may be gone without a word, so its journal says that. */
export async function standing(folder: SessionFolder, now: Instant): Promise<Session> {
  const session = await asLeft(folder, now);
  return { ...session, status: { ...session.status, ...(await readForks(folder)) } };
}

async function asLeft(folder: SessionFolder, now: Instant): Promise<Session> {
  const session = await folder.readSession();
  if (isFinal(session.status.phase)) return session;
  const isRun = isLocked(folder.path);
  const view = await viewOf(folder);
  if (view === null) return session;
  if (isRun) return { ...session, status: runStatus(session, view, now) };
  const said = view.parked === 'approval' ? await folderInbox(folder.inbox).read() : [];
  return { ...session, status: leftStatus(session, view, said, now) };
}

/** The status of a Session that a process runs, whether or not the command that started it still does. */
export function runStatus(session: Session, view: JournalView, now: Instant): Session['status'] {
  const { bundle, stepsTotal } = session.status;
  const pin = bundle === undefined || stepsTotal === undefined ? null : { ...bundle, steps: stepsTotal };
  const runner = { kind: 'process', name: '', uid: '', image: null } as const;
  const attempt = { state: 'running', attempt: view.attempt, runner } as const;
  const end = endOf(view);
  const decision = { pin, attempt: view.attempt, ...(end === null ? {} : { end }) };
  return nextStatus(session, observedWith(attempt, view), decision, now);
}

/** The status of a Session that no process runs. `said` is what waits in its inbox. */
export function leftStatus(
  session: Session,
  view: JournalView,
  said: readonly Entry[],
  now: Instant,
): Session['status'] {
  const end = endOf(view);
  const left = view.parked === null && end === null;
  const goOn = `go on with "orket resume ${session.metadata.name}"`;
  const message = `its process is gone; ${goOn}`;
  const news = view.parked === 'approval' ? newsOf(view, said, now) : null;
  const decision = {
    pin: null,
    attempt: view.attempt,
    ...(left ? { waiting: { reason: 'BrokenOff', message } } : {}),
    ...(news === null ? {} : { goesOn: `${news}; ${goOn}` }),
    ...(end === null ? {} : { end }),
  };
  return nextStatus(session, observedWith({ state: 'none' }, view), decision, now);
}

/** Why nobody has to be asked before a Session that is parked goes on, null where somebody has. */
function newsOf({ gates, wakeAt }: JournalView, said: readonly Entry[], now: Instant): string | null {
  const isDue = wakeAt !== null && parseInstant(wakeAt) <= now;
  const expired = gates.filter(({ expiresAt }) => isDue && expiresAt !== null && parseInstant(expiresAt) <= now);
  const decisions = new Set(said.map(({ message }) => (message?.kind === 'decision' ? message.gate : '')));
  const decided = gates.filter((gate) => decisions.has(nameOf(gate)) && !expired.includes(gate)).map(nameOf);
  if (decided.length === 1) return `A decision on ${decided.join()} waits in its inbox`;
  if (decided.length > 1) return `Decisions on ${decided.join(', ')} wait in its inbox`;
  // What is said to a gate counts when it is taken up, which was not in time.
  if (isDue) return `Nobody decided ${expired.map(nameOf).join(', ') || 'a gate'} in time`;
  return said.length > 0 ? 'Something that was said to it waits in its inbox' : null;
}

function nameOf({ seq }: GateView): string {
  return `g${seq}`;
}

/** What it would run is of no account where nothing is started. */
function observedWith(attempt: AttemptState, journal: JournalView): ObservedSession {
  const bundle = { state: 'refused', reason: 'Observed', message: '', mayArrive: false } as const;
  return { bundle, template: { maxAttempts: 1 }, attempt, journal };
}

/** Null where there is none, or none that can be read: `orket verify` says why. */
async function viewOf(folder: SessionFolder): Promise<JournalView | null> {
  const journal = new LocalJournal(folder.path, () => {});
  try {
    return await journal.view();
  } catch (error) {
    if (error instanceof OrketError) return null;
    throw error;
  } finally {
    await journal.close();
  }
}

import { OrketError, type Instant, type Session } from '#crds';
import { isLocked } from '#runtime';
import { isFinal } from '../reconcile/history.ts';
import type { AttemptState, JournalView, ObservedSession } from '../reconcile/plan.ts';
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
  return { ...session, status: isRun ? runStatus(session, view, now) : leftStatus(session, view, now) };
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

/** The status of a Session that no process runs. */
export function leftStatus(session: Session, view: JournalView, now: Instant): Session['status'] {
  const end = endOf(view);
  const left = view.parked === null && end === null;
  const message = `its process is gone; go on with "orket resume ${session.metadata.name}"`;
  const decision = {
    pin: null,
    attempt: view.attempt,
    ...(left ? { waiting: { reason: 'BrokenOff', message } } : {}),
    ...(end === null ? {} : { end }),
  };
  return nextStatus(session, observedWith({ state: 'none' }, view), decision, now);
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

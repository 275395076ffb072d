import { OrketError, type Instant, type Session } from '#crds';
import { isLocked } from '#runtime';
import { isFinal } from '../reconcile/history.ts';
import type { JournalView } from '../reconcile/plan.ts';
import { endOf, nextStatus } from '../reconcile/session-status.ts';
import { readForks } from './local-forks.ts';
import { LocalJournal } from './local-journal.ts';
import type { SessionFolder } from './session-folder.ts';

/**
 * A Session of this machine as it stands: what its command wrote, or, where that command is gone without a word, what its
 * journal says.
 */
export async function standing(folder: SessionFolder, now: Instant): Promise<Session> {
  const session = await asLeft(folder, now);
  return { ...session, status: { ...session.status, ...(await readForks(folder)) } };
}

async function asLeft(folder: SessionFolder, now: Instant): Promise<Session> {
  const session = await folder.readSession();
  if (isFinal(session.status.phase) || isLocked(folder.path)) return session;
  const view = await viewOf(folder);
  return view === null ? session : { ...session, status: leftStatus(session, view, now) };
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
  const observed = {
    bundle: { state: 'refused', reason: 'BrokenOff', message, mayArrive: false },
    template: { maxAttempts: 1 },
    attempt: { state: 'none' },
    journal: view,
  } as const;
  return nextStatus(session, observed, decision, now);
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

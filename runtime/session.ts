import { bundleDigest } from '#crds';
import { factsIn } from './journal/fork-facts.ts';
import { openJournal, type Journal } from './journal/journal.ts';
import type { SessionInput } from './launch.ts';
import { playLive } from './live.ts';
import { begin, checkSession, checkStory, rebuild, startOf } from './opening.ts';
import type { Ended } from './score/play.ts';
import { currentSemantics, semanticsOf } from './semantics/semantics.ts';
import type { SessionDeps, SessionResult, SessionEnded } from './session-deps.ts';

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
    const taken = await factsIn(journal.records, journal.read);
    await checkStory(journal, taken);
    const past = journal.records.findLast((record) => record.type === 'session.ended');
    if (past !== undefined) return await resultOf(past.body, journal);

    const { fileLimits } = semanticsOf(started?.semantics ?? currentSemantics);
    const workspace = await deps.openWorkspace(fileLimits);
    const current = await begin(journal, started, digest, input, deps);
    await rebuild(workspace, journal, taken);
    const ended = await playLive(input.bundle, current, { journal, taken }, { ...deps, workspace });
    return 'why' in ended ? ended : await resultOf(ended, journal);
  } finally {
    await journal.close();
  }
}

async function resultOf(ended: Ended, journal: Journal): Promise<SessionEnded> {
  const { status, result, resultDigest, stateDigest, error } = ended;
  return {
    status,
    result: resultDigest === null ? null : await journal.read(result, resultDigest),
    stateDigest,
    error,
  };
}

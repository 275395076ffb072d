import { OrketError, type Digest } from '#crds';
import { FileChanges } from './call/file-changes.ts';
import { corrupt } from './journal/chain.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalRecord, RecordBodies } from './journal/record.ts';
import { saidElsewhere } from './journal/gates-of-story.ts';
import { Story } from './journal/story.ts';
import { treeOfChanges } from './workspace/tree-of-changes.ts';
import { currentSemantics, semanticsOf } from './semantics/semantics.ts';
import type { SessionInput } from './launch.ts';
import { runtimeVersion } from './version.ts';
import type { Workspace } from './workspace/workspace.ts';

export type Started = RecordBodies['session.started'];

/** What a journal begins with, undefined for an empty one. Throws `JournalCorrupt` for another beginning. */
export function startOf(records: readonly JournalRecord[]): Started | undefined {
  const first = records[0];
  if (first === undefined || first.type === 'session.started') return first?.body;
  throw new OrketError('JournalCorrupt', 'the journal does not begin with its Session', {
    at: 'journal record 1',
    expected: 'session.started',
    found: first.type,
  });
}

/** Begins a Session in an empty journal, or a next attempt of the one that was `started` there. */
export async function begin(
  journal: Journal,
  started: Started | undefined,
  digest: Digest,
  { bundle, launch }: SessionInput,
  deps: { readonly seed: () => string },
): Promise<Started> {
  if (started === undefined) {
    const body = {
      uid: launch.session.uid,
      bundle: { digest, version: bundle.bundleVersion },
      semantics: currentSemantics,
      runtime: runtimeVersion,
      seed: deps.seed(),
      provenance: launch.provenance,
      ...(launch.observed === undefined ? {} : { observed: launch.observed }),
    };
    const first = journal.append({ type: 'session.started', path: '', body }, { sync: true });
    await Promise.all([first, beginAttempt(journal)]);
    return body;
  }
  semanticsOf(started.semantics);
  await beginAttempt(journal);
  return started;
}

/** Every attempt says so, the first one too: only here does the epoch change. */
async function beginAttempt(journal: Journal): Promise<void> {
  const body = { attempt: journal.epoch, runtime: runtimeVersion, torn: journal.torn };
  await journal.append({ type: 'attempt.started', path: '', body }, { sync: true });
}

/**
 * A journal whose records contradict each other is not gone on with: whoever made its chain fit may have made up what
 * people decided, or undone what was done. `taken` is what it took over as a fork. Throws `JournalCorrupt`.
 */
export async function checkStory(
  { records, read }: Pick<Journal, 'records' | 'read'>,
  taken: readonly JournalRecord[],
): Promise<void> {
  const story = new Story(semanticsOf);
  story.take(taken);
  for (const record of records) {
    const blob = saidElsewhere(record);
    const flaw = story.flawOf(record, blob === null ? undefined : await read({ blob }, blob.digest));
    if (flaw !== null) throw corrupt({ seq: record.seq, ...flaw });
  }
}

/** Throws `BundleMismatch` where a journal belongs to another bundle or another Session. */
export function checkSession(started: Started, bundleDigest: Digest, uid: string): void {
  const differs = (what: string, expected: string, found: string): OrketError =>
    new OrketError('BundleMismatch', `the journal belongs to another ${what}`, {
      at: 'journal record 1',
      expected,
      found,
      remedy: 'Start a new Session; this one goes on only with what it began with.',
    });
  if (started.bundle.digest !== bundleDigest) throw differs('bundle', started.bundle.digest, bundleDigest);
  if (started.uid !== uid) throw differs('Session', started.uid, uid);
}

/**
 * Makes the Workspace what the journal says, and before it what a fork took over, from nothing: what an attempt did
 * without recording its outcome is gone. Throws `JournalCorrupt` where changes, snapshots and files disagree.
 */
export async function rebuild(
  workspace: Workspace,
  journal: Journal,
  taken: readonly JournalRecord[] = [],
): Promise<void> {
  const changes = new FileChanges();
  const treeIn = (folder: string): Digest => treeOfChanges(changes.at(''), folder);
  for (const record of taken) changes.add(record);
  for (const record of journal.records) {
    const { seq, type, body } = record;
    changes.add(record);
    if (type === 'session.forked') expectTree(body.treeDigest, treeIn(''), `journal record ${seq}`);
    if (type === 'workspace.snapshot') expectTree(body.treeDigest, treeIn(body.folder ?? ''), `journal record ${seq}`);
  }
  await workspace.rebuild(changes.at(''), (content, digest) => journal.readFile(content, digest));
  expectTree(treeIn(''), await workspace.treeDigest(), 'the rebuilt workspace');
}

function expectTree(expected: Digest, found: Digest, at: string): void {
  if (expected === found) return;
  throw new OrketError('JournalCorrupt', 'the files are not what the journal says', { at, expected, found });
}

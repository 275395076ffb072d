import { bundleDigest, OrketError } from '#crds';
import { assembleRun } from '../assemble.ts';
import { Presence } from '../call/presence.ts';
import { createMask } from '../secrets/mask.ts';
import { Consistency } from '../journal/consistency.ts';
import type { ModelProvider } from '../models/provider.ts';
import { checkSession, startOf } from '../opening.ts';
import { play } from '../score/play.ts';
import type { StateStore } from '../state/state.ts';
import { noToolHosts } from '../tools/host/hosts.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { factsIn } from '../journal/fork-facts.ts';
import { diverged, ReplayDiverged, ReplayEnded, type Divergence } from './divergence.ts';
import { recordedWorkspace } from './recorded-workspace.ts';
import type { Recording } from './recording.ts';
import { ReplayTrail } from './replay-trail.ts';

export type Replay =
  /** The run comes to the same state by itself. */
  | { readonly verdict: 'same'; readonly stateDigest: string }
  | { readonly verdict: 'diverged'; readonly divergence: Divergence }
  /** The journal ends before the Session does; up to `path` it is right. */
  | { readonly verdict: 'brokenOff'; readonly path: string };

/**
 * Runs a Session again from its journal alone: the same code as live, with no provider, no tool, no clock and no file.
 * Every call and turn is answered from the journal; everything else is computed again and compared, to the state digest.
 *
 * Throws `BundleMismatch`, `RuntimeUnsupported`, and `JournalCorrupt` for records that contradict themselves.
 */
export async function replay(recording: Recording): Promise<Replay> {
  const { bundle, records, read, readFile } = recording;
  const started = startOf(records);
  if (started === undefined) return { verdict: 'brokenOff', path: '' };
  checkSession(started, bundleDigest(bundle), started.uid);
  const { fileLimits } = semanticsOf(started.semantics);
  const taken = await factsIn(records, read);
  const trail = new ReplayTrail(records, taken, { read, readFile });
  const { signal } = new AbortController();
  const run = assembleRun(bundle, started, {
    trail,
    mask: createMask(new Map()),
    workspace: recordedWorkspace(bundle, () => trail.changesAt(''), readFile, fileLimits),
    provider: nobody,
    clock: () => 0,
    // No time passes in a replay: whatever time did is in the journal.
    sleep: async () => false,
    presence: new Presence(() => 0),
    desk: { decide: () => Promise.reject(new OrketError('Internal', 'a replay asks nobody')) },
    livePolicies: () => [],
    signal,
    onDelta: () => {},
    onLog: () => {},
    onProgress: () => {},
    pause: () => {},
    state: noState,
    hosts: noToolHosts,
  });
  try {
    await expectConsistent(recording);
    const { stateDigest } = await play(run, signal);
    return { verdict: 'same', stateDigest };
  } catch (error) {
    if (error instanceof ReplayDiverged) return { verdict: 'diverged', divergence: error.divergence };
    if (error instanceof ReplayEnded) return { verdict: 'brokenOff', path: error.path };
    throw error;
  }
}

/** What records say of themselves and of each other comes before what a run makes of them. */
async function expectConsistent({ records, readFile }: Recording): Promise<void> {
  const consistency = new Consistency({
    semantics: semanticsOf,
    readBlob: (blob) => readFile({ blob }, blob.digest),
  });
  for (const record of records) {
    const flaw = await consistency.flawOf(record);
    // A divergence expects what the journal has; a flaw expects what the rest of the journal leads to.
    if (flaw !== null) throw diverged(record, { field: flaw.field, expected: flaw.found, found: flaw.expected });
  }
}

const noState: StateStore = {
  get: () => Promise.reject(new OrketError('Internal', 'a replay reads no state')),
  put: () => Promise.reject(new OrketError('Internal', 'a replay keeps no state')),
};

const nobody: ModelProvider = {
  generate: () => Promise.reject(new OrketError('Internal', 'a replay asks no model')),
  close: async () => {},
};

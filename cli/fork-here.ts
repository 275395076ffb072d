import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleDigest,
  changeBundle,
  counted,
  type BundleChange,
  type Flow,
  type JsonObject,
  type Session,
} from '#crds';
import { anchorFolder, forkSession, observedBundle, recordFork, SessionFolder, type LocalBundle } from '#controller';
import { beginFork, fileStore, type SuppliedOutcome } from '#runtime';
import type { Shell } from './commands/verb.ts';
import { drive, type Driven } from './drive.ts';
import type { gatesOf } from './flags.ts';
import { followingLaunch } from './following-launch.ts';
import { inputsFor, type GivenInputs } from './inputs.ts';
import { chooseFlow } from './load.ts';
import { openLocal, ranIn, type LocalSession } from './local-session.ts';
import { Progress } from './output/progress.ts';
import { expectWhole, openRecorded } from './recorded.ts';
import { requestOf } from './request.ts';
import { resolveHere } from './resolve-here.ts';

export interface ForkHereOptions {
  readonly parent: string;
  readonly flags: { readonly state?: string };
  readonly at: string;
  /** Manifests to run as they are now; null for what the parent ran. */
  readonly manifests: {
    readonly what: string;
    readonly flow: string | undefined;
    readonly namespace: string | null;
  } | null;
  readonly inputs: GivenInputs;
  readonly change: Pick<BundleChange, 'prompts' | 'models'>;
  readonly outcomes: readonly SuppliedOutcome[];
  readonly gates: ReturnType<typeof gatesOf>;
}

/** What a fork runs, and with what. */
interface Prepared extends Pick<Driven, 'resources' | 'secrets' | 'template'> {
  readonly session: Session;
  readonly resolved: LocalBundle;
}

/**
 * Forks a Session of this machine before a path and runs the fork as a Session of its own. The lineage is recorded on
 * both: in the journal and the spec of the fork, and beside the journal of its parent, which is not written to.
 */
export async function forkHere(options: ForkHereOptions, shell: Shell): ReturnType<typeof drive> {
  const { at, outcomes, gates } = options;
  const { terminal } = shell;
  const parent = await openLocal(options.parent, options.flags, shell);
  const recorded = await openRecorded(options.parent, options.flags, terminal);
  try {
    await expectWhole(recorded, 'forked');
    const { session, ...prepared } = await prepare(options, parent, shell);
    const folder = new SessionFolder(parent.stateDir, session.metadata.name);
    const resolved = { ...prepared.resolved, launch: followingLaunch(prepared.resolved, session, folder) };
    const facts = await begin({ parent, session, folder, resolved, at }, () =>
      recorded.recording().then((recording) =>
        beginFork({
          parent: recording,
          at,
          outcomes,
          bundle: resolved.bundle,
          uid: session.metadata.uid ?? '',
          provenance: resolved.launch.provenance,
          ...(resolved.launch.observed === undefined ? {} : { observed: resolved.launch.observed }),
          secrets: prepared.secrets,
          store: fileStore({
            dir: folder.path,
            anchorDir: join(anchorFolder(terminal.environment), session.metadata.uid ?? ''),
          }),
          clock: terminal.clock,
        }),
      ),
    );
    const progress = new Progress(terminal);
    progress.note(
      `Session ${session.metadata.name}, a fork of ${parent.session.metadata.name} before ${at}: ${counted(facts, 'fact')} taken over`,
    );
    const driven = { ...prepared, session, folder, stateDir: parent.stateDir, ...gates, takeOver: null, progress };
    return await drive({ ...driven, bundle: observedBundle(resolved) }, shell);
  } finally {
    await recorded.close();
  }
}

/** What the parent ran, or manifests as they are now, with what was changed. */
async function prepare(options: ForkHereOptions, parent: LocalSession, shell: Shell): Promise<Prepared> {
  const { at, change, manifests } = options;
  const before = parent.session;
  const session = (inputs: JsonObject, flow: Pick<Flow, 'metadata'>): Session =>
    forkSession(before, flow, at, { ...before.spec.inputs, ...inputs }, requestOf(shell));
  if (manifests === null) {
    const { resolved: ran, ...rest } = await ranIn(parent.folder, shell);
    const inputs = inputsFor(ran.bundle.inputSchema, options.inputs);
    const resolved = changed(ran, { ...change, inputs });
    const { namespace = 'default' } = before.metadata;
    const flow = { metadata: { namespace, name: before.spec.flowRef.name } };
    return { ...rest, session: session(inputs, flow), resolved, template: { maxAttempts: 3 } };
  }
  const { resolved, flow, ...rest } = await resolveHere(
    {
      what: manifests.what,
      choose: (resources) => ({ flow: chooseFlow(resources, manifests.flow, manifests.what), resources }),
      namespace: manifests.namespace,
      inputs: options.inputs,
      stateDir: parent.stateDir,
      session: (of, inputs) => session(inputs, of),
    },
    shell.terminal,
  );
  return { ...rest, resolved: changed(resolved, change), template: flow.spec.sessionTemplate };
}

function changed({ bundle, launch }: LocalBundle, change: BundleChange): LocalBundle {
  const other = changeBundle(bundle, change);
  return { bundle: other, digest: bundleDigest(other), launch };
}

interface Begun {
  readonly parent: LocalSession;
  readonly session: Session;
  readonly folder: SessionFolder;
  readonly resolved: LocalBundle;
  readonly at: string;
}

/** Begins the journal of a fork in a folder of its own, and says so on both. A fork that cannot begin leaves nothing. */
async function begin(
  { parent, session, folder, resolved, at }: Begun,
  fork: () => ReturnType<typeof beginFork>,
): Promise<number> {
  await folder.create();
  try {
    const { facts, parentHead } = await fork();
    await folder.writeBundle(resolved.bundle);
    await folder.writeLaunch(resolved.launch);
    await folder.writeSession(session);
    const { name, uid = '' } = session.metadata;
    await recordFork(parent.folder, { session: name, uid, at, parentHead });
    return facts.length;
  } catch (error) {
    await rm(folder.path, { recursive: true, force: true });
    throw error;
  }
}

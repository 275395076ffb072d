import { join } from 'node:path';
import { formatSecond, mergeInputs, OrketError, resolveClosure, type Session } from '#crds';
import {
  anchorFolder,
  copyArtifacts,
  LocalJournal,
  LocalSource,
  manualSession,
  modelFolders,
  openCheckout,
  ProcessExecutor,
  readResult,
  readSecrets,
  resolveLocalBundle,
  runLocal,
  SessionFolder,
  Wake,
  type Checkout,
} from '#controller';
import type { Shell } from './commands/verb.ts';
import { inputsFor, type GivenInputs } from './inputs.ts';
import { chooseFlow, loadValid } from './load.ts';
import { Progress } from './output/progress.ts';

export interface HereOptions {
  readonly what: string;
  readonly flow: string | undefined;
  /** Of manifests that name none; null for `default`. */
  readonly namespace: string | null;
  readonly inputs: GivenInputs;
  readonly stateDir: string;
}

export interface Ended {
  readonly session: Session;
  /** The whole result as text, of which the status holds the beginning; null where there is none. */
  readonly result: string | null;
}

/** Runs one Flow of some manifests on this machine, in a process of its own, and gives its Session as it ended. */
export async function runHere(options: HereOptions, shell: Shell): Promise<Ended> {
  const { terminal } = shell;
  const checkout = await openCheckout(options.what, {
    cwd: terminal.cwd,
    checkouts: join(options.stateDir, 'checkouts'),
    environment: terminal.environment,
  });
  const resources = await loadValid([checkout.manifests], options.namespace, terminal);
  const flow = chooseFlow(resources, options.flow, options.what);
  const { closure } = resolveClosure(flow, resources);
  if (closure === undefined)
    throw new OrketError('ReferenceNotReady', 'the Flow cannot be resolved', { at: flow.metadata.name });
  const given = inputsFor(flow, options.inputs);
  const inputs = mergeInputs(flow, given);
  const session = manualSession(flow, given, shell.uuid(), shell.uuid(), formatSecond(terminal.clock()));
  const folder = new SessionFolder(options.stateDir, session.metadata.name);
  const secrets = await readSecrets(closure, terminal.environment);
  const resolved = await resolveLocalBundle({
    checkout,
    closure,
    inputs,
    session: { name: session.metadata.name, uid: session.metadata.uid ?? '' },
    folder,
    modelFolders: modelFolders(terminal.environment),
  });
  const progress = new Progress(terminal);
  progress.note(`Session ${session.metadata.name} of Flow ${flow.metadata.name}, ${originText(checkout)}`);
  const wake = new Wake();
  const journal = new LocalJournal(folder.path, (record) => progress.record(record));
  const executor = new ProcessExecutor({
    stateDir: options.stateDir,
    command: shell.sessionCommand,
    anchors: anchorFolder(terminal.environment),
    secrets,
    environment: sessionEnvironment(terminal.environment),
    onChange: () => wake.ring(),
    onRecord: () => wake.ring(),
    onDelta: (text) => progress.delta(text),
    onLog: (text) => progress.note(text.trimEnd()),
  });
  const cancel = (): void => executor.cancel(session.metadata.name);
  terminal.signal.addEventListener('abort', cancel, { once: true });
  try {
    const source = new LocalSource(resources, session, folder, (_about, { reason, message }) => {
      if (reason === 'AttemptFailed') progress.note(message);
    });
    const ended = await runLocal({
      flow,
      source,
      executor,
      folder,
      resolved,
      wake,
      journal: () => journal.view(),
      clock: terminal.clock,
    });
    if (ended.status.journal === undefined) return { session: ended, result: null };
    await copyArtifacts(folder.path);
    return { session: ended, result: await readResult(folder.path) };
  } finally {
    terminal.signal.removeEventListener('abort', cancel);
    // Whatever went wrong here, no session process goes on behind the back of its command.
    cancel();
    await journal.close();
  }
}

function originText({ origin }: Checkout): string {
  if (origin.kind === 'files') return 'from files without git';
  if (origin.commit === null) return 'from a repository without a commit';
  return `from commit ${origin.commit.slice(0, 12)}${origin.dirty ? ' with changes that are not committed' : ''}`;
}

/** A session process sees nothing of the environment but where the optional local-model library is. */
function sessionEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const library = environment['ORKET_LLAMA_MODULE'];
  return library === undefined ? {} : { ORKET_LLAMA_MODULE: library };
}

import { join } from 'node:path';
import { formatSecond, mergeInputs, OrketError, resolveClosure, type Flow, type Resource } from '#crds';
import {
  manualSession,
  modelFolders,
  observedBundle,
  openCheckout,
  readSecrets,
  resolveLocalBundle,
  SessionFolder,
  type Checkout,
} from '#controller';
import type { Shell } from './commands/verb.ts';
import type { gatesOf } from './flags.ts';
import { drive, type Ended } from './drive.ts';
import { inputsFor, type GivenInputs } from './inputs.ts';
import { loadValid } from './load.ts';
import { Progress } from './output/progress.ts';

export interface HereOptions {
  readonly what: string;
  /** The Flow to run among what was found there, and what it refers to. */
  readonly choose: (resources: readonly Resource[]) => { readonly flow: Flow; readonly resources: readonly Resource[] };
  /** Of manifests that name none; null for `default`. */
  readonly namespace: string | null;
  readonly inputs: GivenInputs;
  readonly stateDir: string;
  readonly gates: ReturnType<typeof gatesOf>;
}

/** Runs one Flow of some manifests on this machine, in a process of its own, and gives its Session as it ended. */
export async function runHere(options: HereOptions, shell: Shell): Promise<Ended & { readonly folder: SessionFolder }> {
  const { terminal } = shell;
  const checkout = await openCheckout(options.what, {
    cwd: terminal.cwd,
    checkouts: join(options.stateDir, 'checkouts'),
    environment: terminal.environment,
  });
  const { flow, resources } = options.choose(await loadValid([checkout.manifests], options.namespace, terminal));
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
  const ended = await drive(
    {
      session,
      resources,
      folder,
      stateDir: options.stateDir,
      template: flow.spec.sessionTemplate,
      bundle: observedBundle(resolved),
      secrets,
      ...options.gates,
      takeOver: null,
      progress,
    },
    shell,
  );
  return { ...ended, folder };
}

function originText({ origin }: Checkout): string {
  if (origin.kind === 'files') return 'from files without git';
  if (origin.commit === null) return 'from a repository without a commit';
  return `from commit ${origin.commit.slice(0, 12)}${origin.dirty ? ' with changes that are not committed' : ''}`;
}

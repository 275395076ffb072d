import { join } from 'node:path';
import { mergeInputs, resolveClosure, type Flow, type JsonObject, type Resource, type Session } from '#crds';
import {
  expectOwnState,
  modelFolders,
  openCheckout,
  readSecrets,
  resolveLocalBundle,
  SessionFolder,
  type Checkout,
  type LocalBundle,
} from '#controller';
import { inputsFor, type GivenInputs } from './inputs.ts';
import { loadValid, refused } from './load.ts';
import type { Terminal } from './terminal.ts';

export interface Chosen {
  readonly flow: Flow;
  readonly resources: readonly Resource[];
}

export interface ResolveOptions {
  readonly what: string;
  /** The Flow to run among what was found there, and what it refers to. */
  readonly choose: (resources: readonly Resource[]) => Chosen;
  /** Of manifests that name none; null for `default`. */
  readonly namespace: string | null;
  readonly inputs: GivenInputs;
  readonly stateDir: string;
  /** The Session that is to run the Flow with these inputs. */
  readonly session: (flow: Flow, inputs: JsonObject) => Session;
}

/** What a Session of some manifests runs on this machine. */
export interface ResolvedHere {
  readonly flow: Flow;
  readonly resources: readonly Resource[];
  readonly checkout: Checkout;
  readonly session: Session;
  readonly folder: SessionFolder;
  readonly resolved: LocalBundle;
  readonly secrets: ReadonlyMap<string, string>;
}

/** Resolves one Flow of some manifests as they are now, for a Session on this machine. Writes nothing of it yet. */
export async function resolveHere(options: ResolveOptions, terminal: Terminal): Promise<ResolvedHere> {
  await expectOwnState(options.stateDir, terminal.environment);
  const checkout = await openCheckout(options.what, {
    cwd: terminal.cwd,
    checkouts: join(options.stateDir, 'checkouts'),
    environment: terminal.environment,
  });
  const { flow, resources } = options.choose(await loadValid([checkout.manifests], options.namespace, terminal));
  const { closure, problems } = resolveClosure(flow, resources);
  if (closure === undefined) throw refused(problems, options.what, `what ${flow.metadata.name} is to run`, terminal);
  const session = options.session(flow, inputsFor(flow.spec.inputSchema, options.inputs));
  const inputs = mergeInputs(flow, session.spec.inputs);
  const folder = new SessionFolder(options.stateDir, session.metadata.name);
  const secrets = await readSecrets(closure, terminal.environment);
  const resolved = await resolveLocalBundle({
    checkout,
    closure,
    inputs,
    session: { name: session.metadata.name, uid: session.metadata.uid ?? '' },
    folder,
    modelFolders: modelFolders(terminal.environment),
    searchPath: terminal.environment['PATH'] ?? '',
  });
  return { flow, resources, checkout, session, folder, resolved, secrets };
}

export function originText({ origin }: Checkout): string {
  if (origin.kind === 'files') return 'from files without git';
  if (origin.commit === null) return 'from a repository without a commit';
  return `from commit ${origin.commit.slice(0, 12)}${origin.dirty ? ' with changes that are not committed' : ''}`;
}

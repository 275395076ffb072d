import { readFile } from 'node:fs/promises';
import { bundleDigest, OrketError, parseJson, readBundle, type Session } from '#crds';
import {
  expectOwnState,
  isFinal,
  observedBundle,
  readNamedSecrets,
  SessionFolder,
  standing,
  type LocalBundle,
} from '#controller';
import { isLocked, readLaunch } from '#runtime';
import type { Shell } from './commands/verb.ts';
import { drive, type Driven } from './drive.ts';
import { Progress } from './output/progress.ts';
import { sessionNameOf } from './session-name.ts';
import { stateDirOf } from './target.ts';

/** A Session of this machine that a person named. */
export interface LocalSession {
  readonly folder: SessionFolder;
  readonly stateDir: string;
  /** As it stands now. */
  readonly session: Session;
}

/** Throws `NotFound` where there is no such Session. */
export async function openLocal(
  name: string,
  flags: { readonly state?: string },
  { terminal }: Shell,
): Promise<LocalSession> {
  const stateDir = stateDirOf(flags, terminal);
  await expectOwnState(stateDir, terminal.environment);
  const folder = new SessionFolder(stateDir, sessionNameOf(name));
  return { folder, stateDir, session: await standing(folder, terminal.clock()) };
}

/** The same, of a Session that has not ended: one that has stays as it is. Throws `NotFound` and `Usage`. */
export async function openGoingOn(
  name: string,
  flags: { readonly state?: string },
  shell: Shell,
): Promise<LocalSession> {
  const local = await openLocal(name, flags, shell);
  const { session } = local;
  const { phase, message = '' } = session.status;
  if (!isFinal(phase)) return local;
  throw new OrketError('Usage', 'the Session has ended', {
    at: session.metadata.name,
    expected: 'one that goes on',
    found: `${phase}: ${message}`,
    remedy: `Run it again with \`orket retry ${session.metadata.name}\`.`,
  });
}

/** What a person who goes on with a Session gives it beyond the attempts that it had. */
const moreAttempts = 3;

/**
 * Goes on with a Session that no process runs: with what its journal holds and its bundle pins, whatever became of the
 * manifests. Throws `JournalLocked` where a process does run it.
 */
export async function goOn(
  { folder, stateDir, session }: LocalSession,
  gates: Pick<Driven, 'approvals' | 'parkAfterMs' | 'said'>,
  shell: Shell,
): ReturnType<typeof drive> {
  if (isLocked(folder.path)) {
    throw new OrketError('JournalLocked', 'a process runs this Session', {
      at: session.metadata.name,
      expected: 'one that no process runs',
      remedy: 'Watch it with `orket events -f`.',
    });
  }
  const attempt = session.status.attempt ?? 0;
  return drive(
    {
      ...(await pinned(folder, shell)),
      session,
      folder,
      stateDir,
      // Attempts that parked do not count, and those before are forgiven.
      template: { maxAttempts: attempt + moreAttempts },
      ...gates,
      takeOver: attempt,
      progress: new Progress(shell.terminal),
    },
    shell,
  );
}

/** What a Session runs and with which secrets, by what stands beside its journal. */
export async function pinned(
  folder: SessionFolder,
  shell: Shell,
): Promise<Pick<Driven, 'bundle' | 'secrets' | 'resources'>> {
  const { resolved, ...rest } = await ranIn(folder, shell);
  return { ...rest, bundle: observedBundle(resolved) };
}

/** The same, as manifests would be resolved to it. */
export async function ranIn(
  folder: SessionFolder,
  { terminal }: Shell,
): Promise<Pick<Driven, 'secrets' | 'resources'> & { readonly resolved: LocalBundle }> {
  const bundle = readBundle(parseJson(await textOf(folder.bundle)));
  const launch = readLaunch(parseJson(await textOf(folder.launch)));
  const names = [...new Set(Object.values(launch.apiKeys ?? {}))];
  return {
    resolved: { bundle, digest: bundleDigest(bundle), launch },
    secrets: await readNamedSecrets(names, terminal.environment),
    resources: [],
  };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OrketError('NotFound', 'a file of the Session is not there', { at: path }, cause);
  });
}

import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OrketError } from '#crds';
import { isNoWorkTree } from './checkout.ts';

/**
 * Local state says what Sessions have decided and where they write, and holds repositories that are fetched into: what
 * somebody committed there was made up by them. Throws `Usage` where files of it are a part of the repository around it.
 */
export async function expectOwnState(
  stateDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (!isThere(stateDir) || !isInWorkTree(stateDir)) return;
  // Loaded only where there is a repository to ask.
  const { lookingGit } = await import('./git.ts');
  const git = lookingGit(dirname(stateDir), environment, ['safe.directory=*', 'safe.bareRepository=explicit']);
  const listed = await git.raw(['ls-files', '-z', '--', basename(stateDir)]).catch((cause: unknown) => {
    // As where manifests are looked for: there is no repository, or no git to have fetched one.
    if (isNoWorkTree(cause)) return '';
    throw new OrketError('GitFailed', 'git could not say what belongs to the repository', { at: stateDir }, cause);
  });
  const [tracked = ''] = listed.split('\0');
  if (tracked === '') return;
  throw new OrketError('Usage', 'the local state is a part of the repository', {
    at: stateDir,
    expected: 'a folder that nobody commits',
    found: tracked,
    remedy:
      'Whoever committed it made up what is in it. Take it out of the repository, or choose another folder with --state.',
  });
}

function isInWorkTree(folder: string): boolean {
  for (let above = folder; above !== dirname(above); above = dirname(above))
    if (isThere(join(above, '.git'))) return true;
  return false;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SimpleGit } from 'simple-git';
import { OrketError } from '#crds';
import { appear } from './appear.ts';
import { gitIn, lookingGit } from './git.ts';

export interface PinOptions {
  readonly cwd: string;
  /** Where work trees and mirrors are kept. */
  readonly checkouts: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Checks out the commit that REF names, of a repository on this machine or behind an https URL, and gives the folder.
 * Each commit has a folder of its own that appears whole, so runs at the same time do not see each other's. Throws Usage
 * for what git must not be given, NotFound for a ref that the repository has not, GitFailed with git's own words.
 */
export async function pinTree(repository: string, ref: string, options: PinOptions): Promise<string> {
  const source = allowed(repository, ref, options.cwd);
  const { checkouts, environment } = options;
  try {
    await mkdir(checkouts, { recursive: true, mode: 0o700 });
    const from = source.type === 'folder' ? source.path : await mirror(source.url, options);
    const commit = await commitOf(lookingGit(from, environment), repository, ref);
    const tree = join(checkouts, `${shortHash(from)}-${commit}`);
    await appear(tree, checkouts, async (aside) => {
      await gitIn(checkouts, environment).clone(from, aside, ['--quiet', '--no-checkout', '--shared']);
      await gitIn(aside, environment).checkout(['--quiet', '--detach', commit]);
    });
    return tree;
  } catch (cause) {
    if (cause instanceof OrketError) throw cause;
    throw new OrketError(
      'GitFailed',
      'git could not check this out',
      {
        at: `${repository}@${ref}`,
        expected: 'a repository with that branch, tag or commit',
        found: wordsOf(cause),
      },
      cause,
    );
  }
}

/** Asked to be quiet, git says nothing of a name that it does not know, nor of a commit whose objects are not there. */
async function commitOf(git: SimpleGit, repository: string, ref: string): Promise<string> {
  const quietly = ['--verify', '--quiet', '--end-of-options'];
  const commit = await git.revparse([...quietly, `${ref}^{commit}`]);
  if (commit !== '') return commit;
  if ((await git.revparse([...quietly, ref])) !== '') throw new Error('the name leads to no commit that is there');
  throw new OrketError('NotFound', `there is no branch, tag or commit ${JSON.stringify(ref)}`, {
    at: `${repository}@${ref}`,
    expected: 'REPO@REF with one that the repository has',
    found: 'nothing of that name',
    remedy: 'List them there with `git branch --all` and `git tag`; a path goes behind it, as in REPO@REF:PATH.',
  });
}

type Source = { readonly type: 'folder'; readonly path: string } | { readonly type: 'url'; readonly url: string };

/** Git has transports that run commands, and arguments that are options: neither is let through. */
function allowed(repository: string, ref: string, cwd: string): Source {
  if (ref.startsWith('-') || repository.startsWith('-')) {
    throw new OrketError('Usage', 'neither a repository nor a ref begins with a dash', {
      at: `${repository}@${ref}`,
      expected: 'REPO@REF',
      found: ref.startsWith('-') ? ref : repository,
    });
  }
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(repository)) return { type: 'folder', path: resolve(cwd, repository) };
  const url = URL.parse(repository);
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return { type: 'url', url: url.href };
  throw new OrketError('Usage', 'this kind of repository is not allowed', {
    expected: 'a folder of this machine, or an https:// URL without credentials',
    found: url === null ? 'no URL' : `${url.protocol}//${url.username === '' ? '' : '...@'}${url.host}`,
    remedy: "Credentials are taken from git's own credential helper.",
  });
}

async function mirror(url: string, { checkouts, environment }: PinOptions): Promise<string> {
  const folder = join(checkouts, `${shortHash(url)}.git`);
  const made = await appear(folder, checkouts, async (aside) => {
    await gitIn(checkouts, environment).clone(url, aside, ['--quiet', '--mirror']);
  });
  if (!made) await gitIn(folder, environment).fetch(['--quiet', '--prune']);
  return folder;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** What git said, bounded. */
export function wordsOf(cause: unknown): string {
  const text = (cause instanceof Error ? cause.message : String(cause)).trim();
  return text === '' ? 'nothing of that name' : text.split('\n').slice(0, 3).join(' ').slice(0, 300);
}

import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { simpleGit } from 'simple-git';
import { OrketError } from '#crds';

/** Manifests on this machine, and where they come from. */
export interface Checkout {
  /** Absolute path of the file or folder that holds the manifests. */
  readonly manifests: string;
  /** Root of the work tree, or the folder of the manifests where there is no git: what `domain.path` is relative to. */
  readonly root: string;
  readonly origin: Origin;
}

/** Recorded as provenance, never part of a digest. `dirty` says that the files differ from the commit. */
export type Origin =
  | { readonly kind: 'git'; readonly commit: string | null; readonly dirty: boolean; readonly path: string }
  | { readonly kind: 'files' };

/**
 * Opens a file, a folder, or `REPO@REF[:PATH]`, which is checked out below `checkouts` at the commit that REF names.
 * Throws NotFound for what is not there and GitFailed with git's own words.
 */
export async function openCheckout(
  spec: string,
  options: { readonly cwd: string; readonly checkouts: string },
): Promise<Checkout> {
  const path = resolve(options.cwd, spec);
  if (await exists(path)) return describe(await realpath(path));
  const pinned = /^(?<repo>.+)@(?<ref>[^@:]+)(?::(?<inside>.+))?$/.exec(spec)?.groups;
  if (pinned === undefined) {
    throw new OrketError('NotFound', 'there is nothing at this path', {
      at: spec,
      expected: 'a file or folder of manifests, or REPO@REF',
      found: 'nothing',
      remedy: 'Check the spelling, or run it from another folder.',
    });
  }
  const tree = await checkOut(
    resolveRepository(pinned['repo'] ?? '', options.cwd),
    pinned['ref'] ?? '',
    options.checkouts,
  );
  const inside = pinned['inside'] ?? '.';
  const manifests = resolve(tree, inside);
  if (isAbsolute(inside) || relative(tree, manifests).startsWith('..') || !(await exists(manifests))) {
    throw new OrketError('NotFound', 'the commit has no such path', {
      at: spec,
      expected: 'a path inside the repository',
      found: inside,
    });
  }
  return describe(manifests);
}

async function describe(manifests: string): Promise<Checkout> {
  const folder = (await stat(manifests)).isDirectory() ? manifests : dirname(manifests);
  const git = simpleGit(folder);
  const root = await git.revparse(['--show-toplevel']).catch(() => null);
  if (root === null) return { manifests, root: folder, origin: { kind: 'files' } };
  const commit = await git.revparse(['--verify', '--quiet', 'HEAD']).catch(() => null);
  const dirty = (await git.status()).files.length > 0;
  return { manifests, root, origin: { kind: 'git', commit, dirty, path: relative(root, manifests) || '.' } };
}

/** Only a repository on this machine or an https URL: git has transports that run commands. */
function resolveRepository(repository: string, cwd: string): string {
  if (/^https:\/\/[^\s]+$/.test(repository)) return repository;
  if (/^[a-z+]+:|^-/.test(repository)) {
    throw new OrketError('Usage', 'this kind of repository is not allowed', {
      at: repository,
      expected: 'a folder of this machine, or an https:// URL',
      found: JSON.stringify(repository),
    });
  }
  return resolve(cwd, repository);
}

async function checkOut(repository: string, ref: string, checkouts: string): Promise<string> {
  if (ref.startsWith('-'))
    throw new OrketError('Usage', 'a ref does not begin with a dash', {
      at: ref,
      expected: 'a branch, tag or commit',
      found: ref,
    });
  try {
    const mirror = join(checkouts, `${basename(repository).replaceAll(/[^A-Za-z0-9._-]/g, '-')}.git`);
    await mkdir(checkouts, { recursive: true });
    if (!(await exists(mirror))) await simpleGit(checkouts).clone(repository, mirror, ['--quiet', '--mirror']);
    else await simpleGit(mirror).fetch(['--quiet', '--prune']);
    const commit = await simpleGit(mirror).revparse(['--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
    const tree = join(checkouts, commit);
    if (!(await exists(tree))) {
      await simpleGit(checkouts).clone(mirror, tree, ['--quiet', '--no-checkout', '--shared']);
      await simpleGit(tree).checkout(['--quiet', '--detach', commit]);
    }
    return realpath(tree);
  } catch (cause) {
    throw new OrketError(
      'GitFailed',
      'git could not check this out',
      { at: `${repository}@${ref}`, expected: 'a repository with that branch, tag or commit', found: excerpt(cause) },
      cause,
    );
  }
}

function excerpt(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.trim().split('\n').slice(0, 3).join(' ').slice(0, 300);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

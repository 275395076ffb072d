import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { SimpleGit } from 'simple-git';
import { OrketError } from '#crds';
import { isInside } from '#runtime';
import { lookingGit } from './git.ts';
import { pinTree, wordsOf, type PinOptions } from './pinned-tree.ts';

/** Manifests on this machine, and where they come from. */
export interface Checkout {
  /** Absolute path of the file or folder that holds the manifests. */
  readonly manifests: string;
  /** Root of the work tree, or the folder of the manifests where there is no git: what `domain.path` is relative to. */
  readonly root: string;
  /** Whether it stays at the commit that was named, whatever becomes of the repository. */
  readonly pinned: boolean;
  readonly origin: Origin;
}

/** Recorded as provenance, never part of a digest. `dirty` says that the files differ from the commit, or may. */
export type Origin =
  | { readonly kind: 'git'; readonly commit: string | null; readonly dirty: boolean; readonly path: string }
  | { readonly kind: 'files' };

export interface PinnedSpec {
  readonly repository: string;
  readonly ref: string;
  /** Inside the repository, `.` for all of it. */
  readonly path: string;
}

/** Reads `REPO@REF[:PATH]`; undefined for what is no such thing. The last `@` counts. */
export function parsePinned(spec: string): PinnedSpec | undefined {
  const found = /^(?<repository>.+)@(?<ref>[^@:]+)(?::(?<path>.+))?$/s.exec(spec)?.groups;
  if (found === undefined) return undefined;
  return { repository: found['repository'] ?? '', ref: found['ref'] ?? '', path: found['path'] ?? '.' };
}

/**
 * Opens a file, a folder, or `REPO@REF[:PATH]`, which is checked out below `checkouts` at the commit that REF names. A
 * path that is there wins. Throws NotFound for what is not there and GitFailed with git's own words.
 */
export async function openCheckout(spec: string, options: PinOptions): Promise<Checkout> {
  const path = resolve(options.cwd, spec);
  if (existsSync(path)) return describe(await realpath(path), false, options.environment);
  const pinned = parsePinned(spec);
  if (pinned === undefined) {
    throw new OrketError('NotFound', 'there is nothing at this path', {
      at: spec,
      expected: 'a file or folder of manifests, or REPO@REF',
      found: 'nothing',
      remedy: 'Check the spelling, or run it from another folder.',
    });
  }
  const tree = await realpath(await pinTree(pinned.repository, pinned.ref, options));
  const manifests = await realpath(resolve(tree, pinned.path)).catch(() => null);
  if (isAbsolute(pinned.path) || manifests === null || !isInside(tree, manifests)) {
    throw new OrketError('NotFound', 'the commit has no such path', {
      at: spec,
      expected: 'a path inside the repository, as it was at that commit',
      found: JSON.stringify(pinned.path),
    });
  }
  return describe(manifests, true, options.environment);
}

/**
 * A repository may lie among the files of another one, with settings that came with them: only what a `.git` stands for
 * counts, and only where that stands.
 */
const explicit = 'safe.bareRepository=explicit';

async function describe(manifests: string, pinned: boolean, environment: PinOptions['environment']): Promise<Checkout> {
  const folder = await folderOf(manifests);
  const root = await workTreeOf(folder, environment);
  if (root === null) return { manifests, root: folder, pinned, origin: { kind: 'files' } };
  const [head, dirty] = await Promise.all([
    // Where there is none, git says nothing, and nothing is what it gives.
    anybodys(folder, environment)
      .revparse(['--verify', '--quiet', 'HEAD'])
      .catch(() => ''),
    isDirty(root, environment),
  ]);
  const commit = head === '' ? null : head;
  return { manifests, root, pinned, origin: { kind: 'git', commit, dirty, path: relative(root, manifests) || '.' } };
}

/**
 * What paths in manifests are relative to: the root of their work tree, else the folder that is or holds them. Throws
 * GitFailed.
 */
export async function rootOf(manifests: string, environment: PinOptions['environment']): Promise<string> {
  const folder = await folderOf(await realpath(manifests));
  return (await workTreeOf(folder, environment)) ?? folder;
}

async function folderOf(manifests: string): Promise<string> {
  return (await stat(manifests)).isDirectory() ? manifests : dirname(manifests);
}

async function workTreeOf(folder: string, environment: PinOptions['environment']): Promise<string | null> {
  const root = await anybodys(folder, environment)
    .revparse(['--show-toplevel'])
    .catch((cause: unknown) => {
      if (isNoWorkTree(cause)) return null;
      const detail = { at: folder, found: wordsOf(cause) };
      throw new OrketError('GitFailed', 'git could not say what this is a part of', detail, cause);
    });
  if (root !== null && !existsSync(join(root, '.git'))) throw elsewhere(folder, root);
  return root;
}

/** Reading the place of a repository runs nothing of it, so its owner does not matter, as with a mounted checkout. */
function anybodys(folder: string, environment: PinOptions['environment']): SimpleGit {
  return lookingGit(folder, environment, [explicit, 'safe.directory=*']);
}

/** Its root bounds what a Session may read, so a setting of the repository does not choose it. */
function elsewhere(folder: string, root: string): OrketError {
  return new OrketError('GitFailed', 'the repository says that its work tree is somewhere else', {
    at: folder,
    expected: 'a work tree with its .git in it',
    found: root,
    remedy: 'Take core.worktree out of the settings of the repository.',
  });
}

/** A folder outside of every work tree, or a machine without git, on which nothing can be in one. */
export function isNoWorkTree(cause: unknown): boolean {
  return /not a git repository|must be run in a work tree|ENOENT/.test(wordsOf(cause));
}

/**
 * Comparing may run filters, and what is said of a submodule comes from its own repository. Where a repository names
 * filters itself, nothing is compared; git's own rule about owners holds; unknown counts as dirty.
 */
async function isDirty(root: string, environment: PinOptions['environment']): Promise<boolean> {
  const git = lookingGit(root, environment, [explicit]);
  const others = ['--', '.', ':(exclude,glob)**/.orket/**'];
  try {
    if (await namesFilters(git)) return true;
    return (await git.raw(['status', '--porcelain', '--ignore-submodules=dirty', ...others])).trim() !== '';
  } catch {
    return true;
  }
}

/** Those of the user and of the machine are the user's own. */
async function namesFilters(git: SimpleGit): Promise<boolean> {
  const settings = await git.raw(['config', '--list', '--show-scope', '--name-only', '-z']);
  const fields = settings.split('\0');
  return fields.some((name, at) => /^filter\./i.test(name) && !ofUser.has(fields[at - 1] ?? ''));
}

const ofUser: ReadonlySet<string> = new Set(['system', 'global', 'command']);

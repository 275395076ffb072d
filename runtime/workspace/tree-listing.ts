import { execFile } from 'node:child_process';
import { lstat, opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { OrketError } from '#crds';
import { isReservedName } from './names.ts';
import { fromSystem, PathRefused, shownPath, systemCode } from './refusal.ts';

export type Listing = 'git' | 'all';

export interface Listed {
  /** Files and links, unique, `/` between segments. */
  readonly paths: ReadonlySet<string>;
  /** Submodules with the commit that the index names. */
  readonly commits: ReadonlyMap<string, string>;
}

/** `git` where a folder lies in a work tree, else `all`. */
export async function listingOf(dir: string): Promise<Listing> {
  for (let folder = dir; ; folder = dirname(folder)) {
    try {
      await lstat(join(folder, '.git'));
      return 'git';
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fromSystem(error, dir);
    }
    if (folder === dirname(folder)) return 'all';
  }
}

/** Lists a folder. Throws PathRefused `too-many-entries` for more files than `max`, or as many folders. */
export function listTree(dir: string, listing: Listing, max: number): Promise<Listed> {
  return listing === 'git' ? listGit(dir, max) : listAll(dir, max);
}

async function listAll(dir: string, max: number): Promise<Listed> {
  const paths = new Set<string>();
  const pending = [''];
  let folders = 0;
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    try {
      for await (const entry of await opendir(join(dir, prefix), { bufferSize: 512 })) {
        if (isReservedName(entry.name)) continue;
        const path = decodable(`${prefix}${entry.name}`);
        if (entry.isDirectory()) {
          folders += 1;
          pending.push(`${path}/`);
        } else if (entry.isFile() || entry.isSymbolicLink()) paths.add(path);
        if (paths.size > max || folders > max) throw new PathRefused(prefix, 'too-many-entries');
      }
    } catch (error) {
      throw fromSystem(error, prefix);
    }
  }
  return { paths, commits: new Map() };
}

/** Bytes that are no UTF-8 come out as U+FFFD, so a name that holds it cannot be told from another. */
function decodable(path: string): string {
  if (path.includes('\u{FFFD}')) throw new PathRefused(path, 'not-utf8');
  return path;
}

async function listGit(dir: string, max: number): Promise<Listed> {
  const [tracked, others] = await Promise.all([git(dir, ['-s']), git(dir, ['-o', '--exclude-standard'])]);
  if (tracked.length + others.length > max) throw new PathRefused('', 'too-many-entries');
  const paths = new Set<string>();
  const commits = new Map<string, string>();
  for (const row of tracked) {
    const tab = row.indexOf('\t');
    const path = row.slice(tab + 1);
    const [mode, id] = row.slice(0, tab).split(' ');
    if (isReservedPath(path)) continue;
    if (mode === '160000' && id !== undefined) commits.set(path, id);
    else paths.add(decodable(path));
  }
  for (const path of others) {
    // A repository inside that is no submodule ends with "/": not part of the tree.
    if (!path.endsWith('/') && !isReservedPath(path)) paths.add(decodable(path));
  }
  return { paths, commits };
}

function isReservedPath(path: string): boolean {
  return path.split('/').some(isReservedName);
}

/** What decides about a listing is the checkout alone: no setting of a user or machine, and nothing that runs code. */
const settings = [
  'core.fsmonitor=false',
  'core.excludesFile=/dev/null',
  'core.untrackedCache=false',
  'safe.directory=*',
  // One among the files of another would bring its own index.
  'safe.bareRepository=explicit',
];
const environment = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
};
const run = promisify(execFile);

async function git(dir: string, options: readonly string[]): Promise<readonly string[]> {
  const args = [...settings.flatMap((setting) => ['-c', setting]), 'ls-files', '-z', ...options];
  const limits = { cwd: dir, env: environment, maxBuffer: 128 * 1024 * 1024, timeout: 120_000 };
  try {
    const { stdout } = await run('git', args, { ...limits, encoding: 'buffer' });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout).split('\0').slice(0, -1);
  } catch (error) {
    if (systemCode(error) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') throw new PathRefused('', 'too-many-entries', error);
    if (error instanceof TypeError) throw new PathRefused(dir, 'not-utf8', error);
    const remedy = 'Check that git is installed and that the checkout is whole.';
    throw new OrketError(
      'GitFailed',
      'git could not list the files of a folder',
      { at: shownPath(dir), remedy },
      error,
    );
  }
}

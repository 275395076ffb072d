import type { Problem } from '../problem.ts';
import { under, type EntryKind, type ManifestFiles } from './files.ts';
import { limits } from './limits.ts';

export interface FoundFile {
  readonly path: string;
  /** Whether a person named it, or a folder holds it or a link to it. */
  readonly by: 'name' | 'folder' | 'link';
}

export interface Found {
  /** In the order given, and by path within a folder; each once. */
  readonly files: readonly FoundFile[];
  readonly problems: readonly Problem[];
}

/** Finds the manifest files that paths stand for. A file that is named is taken whatever its name. */
export async function findFiles(paths: readonly string[], files: ManifestFiles): Promise<Found> {
  const finder = new Finder(files);
  for (const path of paths) await finder.take(path);
  return { files: [...finder.found].map(([path, by]) => ({ path, by })), problems: finder.problems };
}

class Finder {
  readonly #files: ManifestFiles;
  readonly found = new Map<string, FoundFile['by']>();
  readonly problems: Problem[] = [];
  #entries = 0;
  #full = false;

  constructor(files: ManifestFiles) {
    this.#files = files;
  }

  async take(path: string): Promise<void> {
    const kind = await this.#files.kind(path);
    if (kind === 'file') return this.#add(path, 'name');
    if (kind !== 'folder') return this.#report(path, unreadable(kind));
    const before = this.found.size;
    const problems = this.problems.length;
    await this.#walk(path, 0);
    if (this.found.size === before && this.problems.length === problems) this.#report(path, nothingHere);
  }

  async #walk(folder: string, depth: number): Promise<void> {
    if (depth > limits.folderDepth)
      return this.#tooMany(folder, `at most ${limits.folderDepth} folders within each other`);
    const entries = (await this.#files.list(folder)).toSorted((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
    );
    for (const { name, kind } of entries) {
      if (this.#full) return;
      this.#entries += 1;
      if (this.#entries > limits.entries) return this.#tooMany(folder, `at most ${limits.entries} entries of folders`);
      const path = under(folder, name);
      if (kind === 'folder' && !name.startsWith('.') && name !== 'node_modules') await this.#walk(path, depth + 1);
      if (!/\.(?:yaml|yml|json)$/.test(name) || name.startsWith('.')) continue;
      if (kind === 'link') await this.#takeLink(path);
      if (kind === 'file' && !isNotManifest(name)) this.#add(path, 'folder');
    }
  }

  /** What a link leads to is looked at, to say whether it is missed. */
  async #takeLink(path: string): Promise<void> {
    if ((await this.#files.kind(path)) === 'file') this.#add(path, 'link');
    else this.#report(path, unreadableLink);
  }

  #add(path: string, by: FoundFile['by']): void {
    if (this.found.size >= limits.files) return this.#tooMany(path, `at most ${limits.files} files`);
    if (by === 'name' || !this.found.has(path)) this.found.set(path, by);
  }

  #tooMany(path: string, expected: string): void {
    if (this.#full) return;
    this.#full = true;
    this.#report(path, {
      reason: 'ManifestTooLarge',
      message: 'the manifests are too large',
      expected,
      found: 'more',
      remedy: 'Name the folder that holds the manifests.',
    });
  }

  #report(file: string, what: FileReport): void {
    this.problems.push({ stage: 'decode', file, line: 1, column: 1, path: '', ...what });
  }
}

/** JSON files that stand beside manifests in many folders and never are any. */
function isNotManifest(name: string): boolean {
  return /^(?:package|package-lock|tsconfig.*)\.json$/.test(name);
}

/** What is wrong with a file as a whole. */
export type FileReport = Pick<Problem, 'reason' | 'message' | 'expected' | 'found' | 'remedy'>;

const nothingHere: FileReport = {
  reason: 'NotFound',
  message: 'there are no manifests here',
  expected: 'a file *.yaml, *.yml or *.json',
  found: 'none',
  remedy: 'Check the path.',
};

function unreadable(kind: EntryKind | undefined): FileReport {
  if (kind === undefined) return { ...nothingHere, message: 'there is nothing here', expected: 'a file or a folder' };
  return notAFile('neither a file nor a folder');
}

function notAFile(found: string): FileReport {
  return { ...nothingHere, reason: 'NotAFile', message: 'this is no file of manifests', expected: 'a file', found };
}

/** A link may lead anywhere on the machine, so only one that a person names is followed. */
export const unreadableLink: FileReport = {
  ...notAFile('a link'),
  remedy: 'Put the file itself there, or name the link in place of its folder.',
};

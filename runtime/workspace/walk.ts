import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import type { FileLimits } from '../semantics/semantics.ts';
import { at, itself, openFolderAt, type Folder } from './folder.ts';
import { isReservedName } from './names.ts';
import { byCodePoint } from './order.ts';
import { fromSystem, PathRefused, systemCode } from './refusal.ts';
import type { FileEntry } from './workspace.ts';

export interface WalkOptions {
  readonly recursive: boolean;
  /** How many entries are wanted: no more are kept in memory. */
  readonly max: number;
  readonly signal: AbortSignal | null;
}

interface BoundedWalk extends WalkOptions {
  readonly limits: Pick<FileLimits, 'depth' | 'entriesSeen'>;
}

/** One of the folders that a walk sees as one. */
export interface WalkedFolder {
  readonly folder: Folder;
  /** Whether a name directly in it is left out. */
  readonly hides: (name: string) => boolean;
}

/** What a walk has done so far, over all folders. */
interface Progress {
  seen: number;
  left: number;
}

/** One thing to do in a folder: show an entry, or go into it. */
interface Item {
  /** The name; with "/" for going in, so that the order of items is the order of whole paths. */
  readonly key: string;
  readonly name: string;
  readonly kind: FileEntry['kind'];
  /** The folder that it was found in. */
  readonly within: Folder;
}

/**
 * The first entries below open folders that are seen as one, in the order of their whole paths by code point, with paths
 * relative to it. What has a name in the first of the folders hides what has it in the next, but folders are seen as one.
 * Files, folders and links; links are not followed, other things not shown, `.git` and `.orket` neither.
 * Each folder is read in full before its first entry is shown, so the answer does not depend on the order on disk.
 */
export async function* walk(
  folders: readonly WalkedFolder[],
  shown: string,
  options: BoundedWalk,
): AsyncGenerator<FileEntry> {
  yield* walkFolders(folders, '', shown, options, { seen: 0, left: options.max });
}

async function* walkFolders(
  folders: readonly WalkedFolder[],
  prefix: string,
  shown: string,
  options: BoundedWalk,
  progress: Progress,
): AsyncGenerator<FileEntry> {
  if (prefix.split('/').length > options.limits.depth) throw new PathRefused(shown, 'too-deep');
  const lists: (readonly Item[])[] = [];
  for (const folder of folders) lists.push(await itemsOf(folder, shown, options, progress));
  for (const { first, all } of laidOver(lists)) {
    if (progress.left <= 0) return;
    const { key, name, kind, within } = first;
    if (key !== name) {
      const parents = all.map((item) => item.within);
      yield* enter(parents, name, prefix, shown, options, progress);
      continue;
    }
    const bytes = kind === 'folder' ? 0 : await sizeOf(within, name, shown);
    if (bytes === null) continue;
    progress.left--;
    yield { path: `${prefix}${name}`, kind, bytes };
  }
}

interface Laid {
  readonly first: Item;
  /** Beside it those that it does not hide: folders of the same name. */
  readonly all: Item[];
}

/** One list of several, in order: what comes first hides others of its name, but folders are seen as one. */
function laidOver([own = [], ...below]: readonly (readonly Item[])[]): readonly Laid[] {
  if (below.length === 0) return own.map((first) => ({ first, all: [first] }));
  const kinds = new Map(own.map(({ name, kind }) => [name, kind]));
  const laid = new Map(own.map((first): [string, Laid] => [first.key, { first, all: [first] }]));
  for (const items of below) {
    for (const item of items) {
      const kind = kinds.get(item.name) ?? item.kind;
      if (kind !== item.kind) continue;
      const above = laid.get(item.key);
      if (above === undefined) laid.set(item.key, { first: item, all: [item] });
      else if (kind === 'folder') above.all.push(item);
    }
    for (const { name, kind } of items) if (!kinds.has(name)) kinds.set(name, kind);
  }
  return [...laid.values()].toSorted((a, b) => byKey(a.first, b.first));
}

async function* enter(
  parents: readonly Folder[],
  name: string,
  prefix: string,
  shown: string,
  options: BoundedWalk,
  progress: Progress,
): AsyncGenerator<FileEntry> {
  const children: WalkedFolder[] = [];
  try {
    for (const parent of parents) {
      const folder = await openChild(parent, name, shown);
      if (folder !== null) children.push({ folder, hides: () => false });
    }
    if (children.length > 0) yield* walkFolders(children, `${prefix}${name}/`, shown, options, progress);
  } finally {
    for (const { folder } of children) await folder.handle.close();
  }
}

/** The items of one folder that can still matter, in order. */
async function itemsOf(
  { folder, hides }: WalkedFolder,
  shown: string,
  options: BoundedWalk,
  progress: Progress,
): Promise<readonly Item[]> {
  // Each folder has an item before the one for going in, so twice as many items hold as many entries as are left.
  const keep = progress.left * 2;
  let items: Item[] = [];
  try {
    for await (const entry of await opendir(itself(folder), { bufferSize: 512 })) {
      options.signal?.throwIfAborted();
      if (++progress.seen > options.limits.entriesSeen) throw new PathRefused(shown, 'too-many-entries');
      if (!hides(entry.name)) items.push(...itemsFor(folder, entry, shown, options.recursive));
      if (items.length > keep * 2 + 1024) items = items.toSorted(byKey).slice(0, keep);
    }
  } catch (error) {
    throw fromSystem(error, shown);
  }
  return items.toSorted(byKey).slice(0, keep);
}

function itemsFor(within: Folder, entry: Dirent, shown: string, recursive: boolean): readonly Item[] {
  const { name } = entry;
  if (isReservedName(name)) return [];
  // Bytes that are no UTF-8 come out as U+FFFD, so a name that holds it cannot be told from another.
  if (name.includes('\u{FFFD}')) throw new PathRefused(shown, 'not-utf8');
  if (entry.isFile()) return [{ key: name, name, kind: 'file', within }];
  if (entry.isSymbolicLink()) return [{ key: name, name, kind: 'link', within }];
  if (!entry.isDirectory()) return [];
  const item: Item = { key: name, name, kind: 'folder', within };
  return recursive ? [item, { ...item, key: `${name}/` }] : [item];
}

function byKey(a: Item, b: Item): number {
  return byCodePoint(a.key, b.key);
}

/** Null where the entry went away meanwhile or is something else by now. */
async function sizeOf(folder: Folder, name: string, shown: string): Promise<number | null> {
  try {
    return (await lstat(at(folder, name))).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fromSystem(error, shown);
  }
}

async function openChild(parent: Folder, name: string, shown: string): Promise<Folder | null> {
  try {
    return await openFolderAt(parent, name);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    throw fromSystem(error, shown);
  }
}

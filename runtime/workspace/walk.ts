import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { fileLimits } from '../semantics/1/file-limits.ts';
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
}

/**
 * The first entries below an open folder, in the order of their whole paths by code point, with paths relative to it.
 * Files, folders and links; links are not followed, other things not shown, `.git` and `.orket` neither.
 * Each folder is read in full before its first entry is shown, so the answer does not depend on the order on disk.
 */
export async function* walk(folder: Folder, shown: string, options: WalkOptions): AsyncGenerator<FileEntry> {
  yield* walkFolder(folder, '', shown, options, { seen: 0, left: options.max });
}

async function* walkFolder(
  folder: Folder,
  prefix: string,
  shown: string,
  options: WalkOptions,
  progress: Progress,
): AsyncGenerator<FileEntry> {
  if (prefix.split('/').length > fileLimits.depth) throw new PathRefused(shown, 'too-deep');
  for (const item of await itemsOf(folder, shown, options, progress)) {
    if (progress.left <= 0) return;
    if (item.key !== item.name) {
      yield* enter(folder, item.name, prefix, shown, options, progress);
      continue;
    }
    const bytes = item.kind === 'folder' ? 0 : await sizeOf(folder, item.name, shown);
    if (bytes === null) continue;
    progress.left--;
    yield { path: `${prefix}${item.name}`, kind: item.kind, bytes };
  }
}

async function* enter(
  parent: Folder,
  name: string,
  prefix: string,
  shown: string,
  options: WalkOptions,
  progress: Progress,
): AsyncGenerator<FileEntry> {
  const folder = await openChild(parent, name, shown);
  if (folder === null) return;
  try {
    yield* walkFolder(folder, `${prefix}${name}/`, shown, options, progress);
  } finally {
    await folder.handle.close();
  }
}

/** The items of one folder that can still matter, in order. */
async function itemsOf(folder: Folder, shown: string, options: WalkOptions, progress: Progress): Promise<Item[]> {
  // Each folder has an item before the one for going in, so twice as many items hold as many entries as are left.
  const keep = progress.left * 2;
  let items: Item[] = [];
  try {
    for await (const entry of await opendir(itself(folder), { bufferSize: 512 })) {
      options.signal?.throwIfAborted();
      if (++progress.seen > fileLimits.entriesSeen) throw new PathRefused(shown, 'too-many-entries');
      items.push(...itemsFor(entry, shown, options.recursive));
      if (items.length > keep * 2 + 1024) items = items.toSorted(byKey).slice(0, keep);
    }
  } catch (error) {
    throw fromSystem(error, shown);
  }
  return items.toSorted(byKey).slice(0, keep);
}

function itemsFor(entry: Dirent, shown: string, recursive: boolean): readonly Item[] {
  const { name } = entry;
  if (isReservedName(name)) return [];
  // Bytes that are no UTF-8 come out as U+FFFD, so a name that holds it cannot be told from another.
  if (name.includes('\u{FFFD}')) throw new PathRefused(shown, 'not-utf8');
  if (entry.isFile()) return [{ key: name, name, kind: 'file' }];
  if (entry.isSymbolicLink()) return [{ key: name, name, kind: 'link' }];
  if (!entry.isDirectory()) return [];
  const item: Item = { key: name, name, kind: 'folder' };
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

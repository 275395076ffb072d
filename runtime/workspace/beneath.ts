import type { Stats } from 'node:fs';
import { lstat, mkdir, readlink } from 'node:fs/promises';
import {
  assertInside,
  at,
  openFileAt,
  openFolderAt,
  openRoot,
  segmentsBelow,
  type Folder,
  type Root,
} from './folder.ts';
import { isInLayer, type Layer } from './layer.ts';
import { isReservedName, twinKey } from './names.ts';
import type { SpacePath } from './path.ts';
import { fromSystem, PathRefused, systemCode } from './refusal.ts';

export interface Found {
  /** Open; the caller closes it. */
  readonly opened: Folder;
  readonly stats: Stats;
  /** Where it really is below the root, without links. */
  readonly segments: readonly string[];
  /** Links that were followed, each where it is and what it says. */
  readonly links: readonly Link[];
}

export interface Link {
  readonly path: string;
  readonly target: string;
}

export interface Want {
  /** How many links that stay inside may be followed for reading; null for none at all, as for a write. */
  readonly links: number | null;
  /** What is opened has to be in this layer, also through links. */
  readonly layer: Layer;
  /** Makes folders that are missing. */
  readonly create?: boolean;
}

interface Walk {
  readonly root: Root;
  readonly path: SpacePath;
  readonly want: Want;
  /** The open folders from the root down to where the walk stands. */
  readonly folders: Folder[];
  readonly names: string[];
  /** What is still to be walked, next one last. */
  readonly pending: string[];
  readonly links: Link[];
}

/** How often a file may be replaced by another one in the moment in which it is opened. */
const mostTries = 100;

/**
 * Opens a file or folder of a space, segment by segment, each from the open folder before it, never through a link
 * unread: what is checked is what is opened. Throws PathRefused and FileNotFound.
 */
export async function openBeneath(root: Root, path: SpacePath, want: Want): Promise<Found> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await openOnce(root, path, want);
    if (found !== null) return found;
  }
  throw new PathRefused(path.text, 'moved');
}

/** Null where a writer put another file in its place meanwhile. */
async function openOnce(root: Root, path: SpacePath, want: Want): Promise<Found | null> {
  const walk: Walk = { root, path, want, folders: [], names: [], pending: path.segments.toReversed(), links: [] };
  try {
    walk.folders.push(await openRoot(root));
    return await checked(walk, await descend(walk));
  } catch (error) {
    throw fromSystem(error, path.text);
  } finally {
    for (const folder of walk.folders) await folder.handle.close();
  }
}

async function descend(walk: Walk): Promise<Folder> {
  for (let name = walk.pending.pop(); name !== undefined; name = walk.pending.pop()) {
    const file = await step(walk, name);
    if (file === null) continue;
    if (walk.pending.length === 0) return file;
    await file.handle.close();
    throw new PathRefused(walk.path.text, 'not-a-folder');
  }
  const folder = walk.folders.pop();
  if (folder === undefined) throw new PathRefused(walk.path.text, 'link-leaves-scope');
  return folder;
}

async function checked(walk: Walk, opened: Folder): Promise<Found | null> {
  try {
    // Its names are counted first: where it lost one meanwhile, it is no longer where it was opened.
    const stats = await opened.handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) throw new PathRefused(walk.path.text, 'not-regular');
    const real = await assertInside(walk.root, opened, walk.path.text);
    const isSeen = isInLayer(walk.want.layer, segmentsBelow(walk.root, real));
    if (!isSeen) throw new PathRefused(walk.path.text, walk.links.length > 0 ? 'link-leaves-scope' : 'moved');
    const named = [walk.root.path, ...walk.names].join('/');
    if (real !== named && stats.isFile() && (await opened.handle.stat()).nlink === 0) {
      await opened.handle.close();
      return null;
    }
    // A file system that ignores case or form opened another name than the one asked for.
    if (real !== named) throw new PathRefused(walk.path.text, twinKey(real) === twinKey(named) ? 'name-twin' : 'moved');
    return { opened, stats, segments: walk.names, links: walk.links };
  } catch (error) {
    await opened.handle.close();
    throw error;
  }
}

/** Goes one segment on. Returns an open file at the end of a walk, null where it went into a folder or read a link. */
async function step(walk: Walk, name: string): Promise<Folder | null> {
  const here = walk.folders.at(-1);
  if (here === undefined) throw new PathRefused(walk.path.text, 'link-leaves-scope');
  if (name === '' || name === '.') return null;
  if (name === '..') return up(walk);
  if (isReservedName(name)) throw new PathRefused(walk.path.text, 'reserved-name');
  const stats = await look(here, name, walk.want.create === true);
  if (stats.isSymbolicLink()) return follow(walk, here, name);
  if (stats.isDirectory()) {
    walk.folders.push(await openFolderAt(here, name));
    walk.names.push(name);
    return null;
  }
  if (!stats.isFile()) throw new PathRefused(walk.path.text, 'not-regular');
  walk.names.push(name);
  return openFileAt(here, name);
}

/** `..` comes from links only; a path that holds one was refused before. */
async function up(walk: Walk): Promise<null> {
  if (walk.folders.length < 2) throw new PathRefused(walk.path.text, 'link-leaves-scope');
  walk.names.pop();
  await walk.folders.pop()?.handle.close();
  return null;
}

async function look(here: Folder, name: string, create: boolean): Promise<Stats> {
  try {
    return await lstat(at(here, name));
  } catch (error) {
    if (!create || systemCode(error) !== 'ENOENT') throw error;
  }
  try {
    await mkdir(at(here, name));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  return lstat(at(here, name));
}

async function follow(walk: Walk, here: Folder, name: string): Promise<null> {
  const { path, root, links, pending, folders, names } = walk;
  if (walk.want.links === null) throw new PathRefused(path.text, 'link');
  if (links.length >= walk.want.links) throw new PathRefused(path.text, 'link-loop');
  const target = await readlink(at(here, name));
  if (target.includes('\u{FFFD}')) throw new PathRefused(path.text, 'not-utf8');
  links.push({ path: [...names, name].join('/'), target });
  const parts = target.split('/');
  if (target.startsWith('/')) {
    if (target !== root.path && !target.startsWith(`${root.path}/`))
      throw new PathRefused(path.text, 'link-leaves-scope');
    parts.splice(0, root.path.split('/').length);
    for (const folder of folders.splice(1)) await folder.handle.close();
    names.length = 0;
  }
  pending.push(...parts.toReversed());
  return null;
}

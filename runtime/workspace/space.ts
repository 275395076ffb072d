import { digestOfBytes, OrketError } from '#crds';
import { openBeneath, type Found, type Link } from './beneath.ts';
import type { Root } from './folder.ts';
import { inLayer, isHidden, type Layers } from './layer.ts';
import type { SpacePath } from './path.ts';
import { fileNotFound, ifThere, PathRefused } from './refusal.ts';
import type { FileLimits } from '../semantics/semantics.ts';
import type { Tree } from './tree.ts';
import type { WalkedFolder } from './walk.ts';
import type { SpaceName } from './workspace.ts';

/** One space with what the policy and the bundle say about it. */
export interface Space {
  readonly name: SpaceName;
  readonly root: Root;
  readonly readable: boolean;
  readonly writable: boolean;
  /** False where only the files directly in it count. */
  readonly recursive: boolean;
  /** What the bundle pinned; null where the content is free to change. */
  readonly tree: Tree | null;
  /** Of a branch of the Workspace more than one. */
  readonly layers: Layers;
  readonly limits: FileLimits;
}

export type Spaces = ReadonlyMap<SpaceName, Space>;

/** The space of a path, where the policy lets it be used so. Throws PathRefused. */
export function spaceFor(spaces: Spaces, path: SpacePath, use: 'read' | 'write'): Space {
  const space = spaces.get(path.space);
  if (space === undefined) throw new PathRefused(path.text, 'unknown-space');
  if (use === 'read' && !space.readable) throw new PathRefused(path.text, 'read-scope');
  if (use === 'write' && !space.writable) throw new PathRefused(path.text, 'write-scope');
  if (!space.recursive && path.segments.length > 1) throw new PathRefused(path.text, 'not-recursive');
  return space;
}

/** Opens for reading, under the rules of the space. The caller closes it. */
export async function openForRead(space: Space, path: SpacePath): Promise<Found> {
  const found = await openPinned(space, path);
  try {
    // A second name is a way into the file from outside the scope.
    if (space.name === 'workspace' && found.stats.isFile() && found.stats.nlink > 1)
      throw new PathRefused(path.text, 'hard-link');
    for (const link of found.links) assertLink(space, path, link);
    return found;
  } catch (error) {
    await found.opened.handle.close();
    throw error;
  }
}

async function openPinned(space: Space, path: SpacePath): Promise<Found> {
  const links = space.recursive ? space.limits.linksFollowed : null;
  for (const layer of space.layers) {
    const place = inLayer(layer, path);
    const found = place === null ? null : await ifThere(openBeneath(space.root, place, { links, layer }));
    if (found !== null) return found;
  }
  if (space.tree?.entries.has(path.segments.join('/')) === true) throw changed(path.text, 'nothing');
  throw fileNotFound(path.text);
}

/** Opens a folder of a view in each layer that has it, the own one first. The caller closes them. */
export async function openFolders(space: Space, path: SpacePath): Promise<readonly WalkedFolder[]> {
  const folders: WalkedFolder[] = [];
  try {
    for (const layer of space.layers) {
      const found = await ifThere(openForRead({ ...space, layers: [layer] }, path));
      if (found === null) continue;
      const isFolder = found.stats.isDirectory();
      // Only in the folder of the layer itself something is hidden.
      const hides = (name: string): boolean => path.segments.length === 0 && isHidden(layer, name);
      if (isFolder) folders.push({ folder: found.opened, hides });
      else await found.opened.handle.close();
      if (isFolder) continue;
      // A folder above hides what is no folder.
      if (folders.length > 0) break;
      throw new PathRefused(path.text, 'not-a-folder');
    }
    if (folders.length === 0) throw fileNotFound(path.text);
    return folders;
  } catch (error) {
    for (const { folder } of folders) await folder.handle.close();
    throw error;
  }
}

function assertLink({ tree }: Space, path: SpacePath, link: Link): void {
  if (tree === null) return;
  const entry = tree.entries.get(link.path);
  if (entry === undefined) throw new PathRefused(path.text, 'not-in-tree');
  if (entry.kind !== 'link' || entry.digest !== digestOfBytes(link.target)) throw changed(path.text, 'another link');
}

/** Checks a file that was read against the pinned tree. Throws PathRefused and DomainChanged. */
export function assertPinned({ tree }: Space, path: SpacePath, segments: readonly string[], bytes: Uint8Array): void {
  if (tree === null) return;
  const entry = tree.entries.get(segments.join('/'));
  if (entry === undefined) throw new PathRefused(path.text, 'not-in-tree');
  if (entry.kind !== 'file' && entry.kind !== 'exec') throw changed(path.text, 'a file');
  const digest = digestOfBytes(bytes);
  if (entry.digest !== digest) throw changed(path.text, digest);
}

/** The pinned entry of a folder path; throws what reading it would throw. */
export function assertPinnedFolder(tree: Tree, path: SpacePath): void {
  if (path.segments.length === 0) return;
  const kind = tree.entries.get(path.segments.join('/'))?.kind;
  if (kind === undefined) throw fileNotFound(path.text);
  if (kind === 'link') throw new PathRefused(path.text, 'link');
  if (kind !== 'dir') throw new PathRefused(path.text, 'not-a-folder');
}

function changed(at: string, found: string): OrketError {
  const expected = 'the content at the time the bundle was made';
  return new OrketError('DomainChanged', 'the file is not what the Session was pinned to', {
    at,
    expected,
    found,
    remedy: 'Start a new Session.',
  });
}

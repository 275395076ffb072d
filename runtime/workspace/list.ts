import { pathOf, type SpacePath } from './path.ts';
import { PathRefused } from './refusal.ts';
import { assertPinnedFolder, openFolders, type Space } from './space.ts';
import type { TreeEntry } from './tree-entry.ts';
import type { Tree } from './tree.ts';
import { walk, type WalkOptions } from './walk.ts';
import type { FileEntry } from './workspace.ts';

/**
 * The first entries of a folder in the order of their paths by code point, at most `max`. In a pinned space they come
 * from the pinned tree and not from the disk.
 */
export async function* entriesOf(space: Space, path: SpacePath, options: WalkOptions): AsyncGenerator<FileEntry> {
  if (options.recursive && !space.recursive) throw new PathRefused(path.text, 'not-recursive');
  if (!space.recursive && path.segments.length > 0) throw new PathRefused(path.text, 'not-recursive');
  if (space.tree === null) yield* entriesOnDisk(space, path, options);
  else yield* pinnedEntries(space.tree, path, { ...options, max: Math.min(options.max, space.limits.entriesSeen) });
}

async function* entriesOnDisk(space: Space, path: SpacePath, options: WalkOptions): AsyncGenerator<FileEntry> {
  const folders = await openFolders(space, path);
  try {
    for await (const entry of walk(folders, path.text, { ...options, limits: space.limits })) {
      yield { ...entry, path: pathOf(space.name, [...path.segments, entry.path]).text };
    }
  } finally {
    for (const { folder } of folders) await folder.handle.close();
  }
}

function* pinnedEntries(tree: Tree, path: SpacePath, options: WalkOptions): Generator<FileEntry> {
  assertPinnedFolder(tree, path);
  const prefix = path.segments.map((segment) => `${segment}/`).join('');
  let left = options.max;
  for (const [name, entry] of tree.entries) {
    if (left <= 0) return;
    if (!name.startsWith(prefix) || (!options.recursive && name.includes('/', prefix.length))) continue;
    left--;
    yield { path: pathOf(path.space, [name]).text, kind: kindOf(entry), bytes: entry.bytes };
  }
}

function kindOf(entry: TreeEntry): FileEntry['kind'] {
  switch (entry.kind) {
    case 'file':
    case 'exec':
      return 'file';
    case 'link':
      return 'link';
    case 'dir':
      return 'folder';
  }
}

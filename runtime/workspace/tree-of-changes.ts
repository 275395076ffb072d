import type { Digest } from '#crds';
import type { WorkspaceChange } from '../journal/record.ts';
import { finalFiles } from './rebuild.ts';
import type { TreeEntry } from './tree-entry.ts';
import { treeFrom } from './tree.ts';

/**
 * The digest of the tree that recorded changes leave in a folder, empty for the whole. Throws `JournalCorrupt` where they
 * contradict each other.
 */
export function treeOfChanges(changes: readonly WorkspaceChange[], folder: string): Digest {
  const leaves: [string, TreeEntry][] = [];
  const prefix = folder === '' ? '' : `${folder}/`;
  for (const [path, { kind, digest }] of finalFiles(changes)) {
    if (path.startsWith(prefix)) leaves.push([path.slice(prefix.length), { kind, digest, bytes: 0 }]);
  }
  return treeFrom(leaves).digest;
}

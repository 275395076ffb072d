import type { Digest } from '#crds';
import type { WorkspaceChange } from '../journal/record.ts';
import { finalFiles } from '../workspace/rebuild.ts';
import type { TreeEntry } from '../workspace/tree-entry.ts';
import { treeFrom } from '../workspace/tree.ts';

/** The digest of the tree that recorded changes leave. Throws `JournalCorrupt` where they contradict each other. */
export function treeOfChanges(changes: readonly WorkspaceChange[]): Digest {
  const leaves: [string, TreeEntry][] = [];
  for (const [path, { kind, digest }] of finalFiles(changes)) leaves.push([path, { kind, digest, bytes: 0 }]);
  return treeFrom(leaves).digest;
}

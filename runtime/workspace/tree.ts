import { digestOf, type Digest } from '#crds';
import { byCodePoint } from './order.ts';
import { readEntries, readSizes, type TreeEntry } from './tree-entry.ts';
import { listTree, listingOf, type Listing } from './tree-listing.ts';

/**
 * Files that a tree may hold, and folders. It may be raised and never lowered: a Session that was pinned to a tree must find it
 * again.
 */
export const mostFiles = 200_000;

/** A manifest of a folder: names and contents, nothing else. */
export interface Tree {
  /** SHA-256 of canonical `[[name, kind, digest], ...]` sorted by name, of the folder itself. */
  readonly digest: Digest;
  /** By path with `/` between segments, folders too, in the order of code points. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

/**
 * Computes the manifest of a folder. `git` takes what `git ls-files -co --exclude-standard` lists, `all` every file;
 * left out, it is `git` inside a work tree. Never `.git` or `.orket`; empty folders, owners, times and other modes do
 * not count. Throws PathRefused for a name that is not UTF-8 and for too many files, NotFound, GitFailed.
 */
export async function treeOf(dir: string, options: { readonly listing?: Listing } = {}): Promise<Tree> {
  const listing = options.listing ?? (await listingOf(dir));
  return treeFrom(await readEntries(dir, await listTree(dir, listing, mostFiles)));
}

/** Every file and link below a folder with its size. Throws PathRefused for more files than `max`, or as many folders. */
export async function sizesOf(dir: string, max: number): Promise<ReadonlyMap<string, number>> {
  return readSizes(dir, await listTree(dir, 'all', max));
}

interface Node {
  readonly children: Map<string, Node | TreeEntry>;
}

/** The manifest over files, links and submodules by path; folders are added. */
export function treeFrom(leaves: Iterable<readonly [path: string, entry: TreeEntry]>): Tree {
  const root: Node = { children: new Map() };
  for (const [path, entry] of leaves) {
    const segments = path.split('/');
    const name = segments.pop() ?? '';
    let node = root;
    for (const segment of segments) node = childFolder(node, segment);
    node.children.set(name, entry);
  }
  const entries: (readonly [string, TreeEntry])[] = [];
  const digest = seal(root, '', entries);
  return { digest, entries: new Map(entries.toSorted(([a], [b]) => byCodePoint(a, b))) };
}

function childFolder(node: Node, name: string): Node {
  const child = node.children.get(name);
  if (child !== undefined && 'children' in child) return child;
  const made: Node = { children: new Map() };
  node.children.set(name, made);
  return made;
}

function seal(node: Node, prefix: string, entries: (readonly [string, TreeEntry])[]): Digest {
  const rows: [string, string, string][] = [];
  for (const [name, child] of node.children) {
    const entry = 'children' in child ? folderEntry(child, `${prefix}${name}/`, entries) : child;
    rows.push([name, entry.kind, entry.digest]);
    entries.push([`${prefix}${name}`, entry]);
  }
  return digestOf(rows.toSorted(([a], [b]) => byCodePoint(a, b)));
}

function folderEntry(node: Node, prefix: string, entries: (readonly [string, TreeEntry])[]): TreeEntry {
  return { kind: 'dir', digest: seal(node, prefix, entries), bytes: 0 };
}

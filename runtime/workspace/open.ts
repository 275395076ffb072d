import { mkdir } from 'node:fs/promises';
import { OrketError, type Digest } from '#crds';
import type { Launch } from '../launch.ts';
import { createCallFiles } from './call-files.ts';
import { findRoot } from './folder.ts';
import type { FileLimits } from '../semantics/semantics.ts';
import { branchLayers, wholeSpace } from './layer.ts';
import { parsePath } from './path.ts';
import { readBytes } from './read.ts';
import { spaceFor, type Space, type Spaces } from './space.ts';
import { treeOf, type Tree } from './tree.ts';
import type { SpaceName, Workspace } from './workspace.ts';
import { createWriter, type Writer } from './writer.ts';

export interface OpenWorkspace {
  readonly spaces: Launch['spaces'];
  readonly policy: FilePolicy;
  /** What the semantics of the Session say. */
  readonly limits: FileLimits;
  /** Of all files of the Workspace together, null for no limit. */
  readonly sizeLimitBytes: number | null;
  /** Digests that the bundle pins; a space without one is read as it is. */
  readonly domainTree?: Digest | null;
  readonly referenceTrees?: Readonly<Record<string, Digest>>;
}

interface FilePolicy {
  readonly readScope: readonly ('workspace' | 'reference' | 'domain')[];
  readonly writeScope: readonly 'workspace'[];
}

/**
 * Opens the files of a Session. The folder of the Workspace is made where it is missing. Throws DomainChanged where the
 * domain or a reference is not what the bundle pins, NotFound where a folder is missing.
 */
export async function openWorkspace(options: OpenWorkspace): Promise<Workspace> {
  const spaces = await openSpaces(options);
  const workspace = spaces.get('workspace');
  if (workspace === undefined) throw new OrketError('Internal', 'a Session without a Workspace');
  return viewOf(spaces, workspace, createWriter(workspace.root, options.sizeLimitBytes, options.limits));
}

/** The files as they are seen through the layers of `workspace`, one of `spaces`. */
function viewOf(spaces: Spaces, workspace: Space, writer: Writer): Workspace {
  const { layers } = workspace;
  const folder = layers[0].folder.join('/');
  return {
    folder,
    forCall: (signal) => createCallFiles(spaces, writer, workspace.limits, signal ?? null),
    rebuild: (changes, read) => writer.rebuild(layers, changes, read),
    treeDigest: () => writer.treeDigest(layers),
    readFile: async (text) => {
      const path = parsePath(text, workspace.limits);
      return readBytes(spaceFor(spaces, path, 'read'), path);
    },
    branch: (name) => {
      const branch = { ...workspace, layers: branchLayers(layers, name) };
      return viewOf(new Map([...spaces, ['workspace', branch]]), branch, writer);
    },
  };
}

async function openSpaces({
  spaces,
  policy,
  limits,
  domainTree,
  referenceTrees,
}: OpenWorkspace): Promise<Map<SpaceName, Space>> {
  const { readScope, writeScope } = policy;
  const opened = new Map<SpaceName, Space>();
  const add = async (name: SpaceName, folder: string, pinned: Digest | null, rest: Partial<Space>): Promise<void> => {
    const root = await findRoot(name, folder);
    const tree = pinned === null ? null : await pinnedTree(name, root.path, pinned);
    opened.set(name, {
      name,
      root,
      tree,
      readable: true,
      writable: false,
      recursive: true,
      layers: wholeSpace,
      limits,
      ...rest,
    });
  };

  await mkdir(spaces.workspace, { recursive: true });
  const writable = writeScope.includes('workspace');
  await add('workspace', spaces.workspace, null, { readable: readScope.includes('workspace'), writable });
  if (spaces.domain !== null) {
    await add('domain', spaces.domain, domainTree ?? null, { readable: readScope.includes('domain') });
  }
  for (const [name, folder] of Object.entries(spaces.references)) {
    await add(`reference:${name}`, folder, referenceTrees?.[name] ?? null, {
      readable: readScope.includes('reference'),
    });
  }
  const domain = opened.get('domain');
  if (domain !== undefined) opened.set('launch', launchOf(domain));
  return opened;
}

/** The launch directory is the root of the domain, and pinned with it. */
function launchOf(domain: Space): Space {
  return { ...domain, name: 'launch', root: { ...domain.root, space: 'launch' }, readable: true, recursive: false };
}

async function pinnedTree(name: SpaceName, folder: string, expected: Digest): Promise<Tree> {
  const tree = await treeOf(folder);
  if (tree.digest === expected) return tree;
  throw new OrketError('DomainChanged', `the ${name} space is not what the Session was pinned to`, {
    at: `${name}:`,
    expected,
    found: tree.digest,
    remedy: 'Start a new Session, or bring back the files as they were.',
  });
}

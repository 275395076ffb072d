import { OrketError, type Bundle, type Digest } from '#crds';
import type { FileContent, WorkspaceChange } from '../journal/record.ts';
import type { FileLimits } from '../semantics/semantics.ts';
import { branchLayers, inLayer, wholeSpace, type Layers } from '../workspace/layer.ts';
import { parsePath, type SpacePath } from '../workspace/path.ts';
import { finalFiles } from '../workspace/rebuild.ts';
import { PathRefused } from '../workspace/refusal.ts';
import type { CallFiles, Workspace } from '../workspace/workspace.ts';
import { treeOfChanges } from '../workspace/tree-of-changes.ts';

interface Recorded {
  readonly changes: () => readonly WorkspaceChange[];
  readonly read: (content: FileContent | null, digest: Digest) => Promise<Uint8Array>;
  readonly readable: boolean;
  readonly limits: FileLimits;
}

/** A Workspace that exists only as the changes a replay has come to. It answers what the core asks; calls get no files. */
export function recordedWorkspace(
  { workspace }: Pick<Bundle, 'workspace'>,
  changes: () => readonly WorkspaceChange[],
  read: (content: FileContent | null, digest: Digest) => Promise<Uint8Array>,
  limits: FileLimits,
): Workspace {
  const readable = workspace?.readScope?.includes('workspace') !== false;
  return viewOf({ changes, read, readable, limits }, wholeSpace);
}

function viewOf(recorded: Recorded, layers: Layers): Workspace {
  const folder = layers[0].folder.join('/');
  return {
    folder,
    forCall: () => noFiles,
    rebuild: refuse,
    treeDigest: async () => treeOfChanges(recorded.changes(), folder),
    readFile: (text) => readRecorded(recorded, layers, parsePath(text, recorded.limits)),
    branch: (name) => viewOf(recorded, branchLayers(layers, name)),
  };
}

async function readRecorded(
  { changes, read, readable }: Recorded,
  layers: Layers,
  asked: SpacePath,
): Promise<Uint8Array> {
  if (!readable) throw new PathRefused(asked.text, 'read-scope');
  const files = finalFiles(changes());
  const names = [...files.keys()];
  for (const layer of layers) {
    const path = inLayer(layer, asked)?.segments.join('/');
    if (path === undefined) continue;
    const file = files.get(path);
    if (file !== undefined) return read(file.content, file.digest);
    if (names.some((name) => path.startsWith(`${name}/`))) throw new PathRefused(asked.text, 'not-a-folder');
    const isFolder = path === '' || names.some((name) => name.startsWith(`${path}/`));
    if (isFolder) throw new PathRefused(asked.text, 'not-a-file');
  }
  throw new OrketError('FileNotFound', 'there is no such file', { at: asked.text });
}

const noFiles: CallFiles = {
  read: refuse,
  list: refuse,
  search: refuse,
  write: refuse,
  seal: async () => {},
  log: () => ({ accesses: [], refusals: [], changes: [] }),
};

async function refuse(): Promise<never> {
  throw new OrketError('Internal', 'a replay touches no files');
}

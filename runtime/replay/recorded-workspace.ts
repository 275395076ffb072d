import { OrketError, type Bundle, type Digest } from '#crds';
import type { FileContent, WorkspaceChange } from '../journal/record.ts';
import { parsePath } from '../workspace/path.ts';
import { finalFiles } from '../workspace/rebuild.ts';
import { PathRefused } from '../workspace/refusal.ts';
import type { CallFiles, Workspace } from '../workspace/workspace.ts';
import { treeOfChanges } from './recorded-tree.ts';

/** A Workspace that exists only as the changes a replay has come to. It answers what the core asks; calls get no files. */
export function recordedWorkspace(
  { workspace }: Pick<Bundle, 'workspace'>,
  changes: () => readonly WorkspaceChange[],
  read: (content: FileContent | null, digest: Digest) => Promise<Uint8Array>,
): Workspace {
  return {
    forCall: () => noFiles,
    rebuild: refuse,
    treeDigest: async () => treeOfChanges(changes()),
    readFile: async (text) => {
      const { segments, text: shown } = parsePath(text);
      if (workspace?.readScope?.includes('workspace') === false) throw new PathRefused(shown, 'read-scope');
      const files = finalFiles(changes());
      const path = segments.join('/');
      const file = files.get(path);
      if (file !== undefined) return read(file.content, file.digest);
      const names = [...files.keys()];
      if (names.some((name) => path.startsWith(`${name}/`))) throw new PathRefused(shown, 'not-a-folder');
      if (path === '' || names.some((name) => name.startsWith(`${path}/`))) throw new PathRefused(shown, 'not-a-file');
      throw new OrketError('FileNotFound', 'there is no such file', { at: shown });
    },
  };
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

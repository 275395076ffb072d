import type { Entry, ManifestFiles } from '../../crds/manifest/files.ts';

/** Files held in memory by their path, for manifests that are on no disk: the tree of a commit, or a test. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>): ManifestFiles {
  const files = new Map(Object.entries(contents));
  const bytesOf = (path: string): Uint8Array => {
    const content = files.get(path) ?? '';
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  return {
    async kind(path) {
      if (files.has(path)) return 'file';
      return [...files.keys()].some((file) => within(path, file) !== undefined) ? 'folder' : undefined;
    },
    async list(folder) {
      const entries = new Map<string, Entry>();
      for (const file of files.keys()) {
        const [name, ...rest] = within(folder, file)?.split('/') ?? [];
        if (name !== undefined) entries.set(name, { name, kind: rest.length === 0 ? 'file' : 'folder' });
      }
      return [...entries.values()];
    },
    async read(path, limit) {
      return bytesOf(path).subarray(0, limit);
    },
  };
}

function within(folder: string, file: string): string | undefined {
  if (folder === '.') return file;
  return file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : undefined;
}

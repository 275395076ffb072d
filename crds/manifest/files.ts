import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export type EntryKind = 'file' | 'folder' | 'link' | 'other';

export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** Where manifests are read from: a disk, or the tree of a commit. Paths are joined with `/`. */
export interface ManifestFiles {
  /** What a path given by a person is, links followed; undefined where nothing is there. */
  kind(path: string): Promise<EntryKind | undefined>;
  /** The entries of a folder, in any order; a link is a link. */
  list(path: string): Promise<readonly Entry[]>;
  /** The first `limit` bytes of a file, never more. */
  read(path: string, limit: number): Promise<Uint8Array>;
}

/** The files of this machine. */
export const diskFiles: ManifestFiles = {
  async kind(path) {
    const found = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (found === undefined) return undefined;
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  },

  async list(path) {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other',
    }));
  },

  async read(path, limit) {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const bytes = new Uint8Array(Math.min(size, limit));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  },
};

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** The path of an entry, as people would type it. */
export function under(folder: string, name: string): string {
  return join(folder, name);
}

import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { digestOfBytes, type Digest } from '#crds';
import { fromSystem, systemCode } from './refusal.ts';
import type { Listed } from './tree-listing.ts';

/** What a tree says of one path. */
export interface TreeEntry {
  readonly kind: 'file' | 'exec' | 'link' | 'dir';
  /** Of a file its bytes, of a link its target, of a folder its list, of a submodule the text `commit:<id>`. */
  readonly digest: Digest;
  readonly bytes: number;
}

const concurrent = 16;
const chunkBytes = 1024 * 1024;
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Reads what was listed. What is gone, is no file or link, or lies behind a link is left out. */
export async function readEntries(dir: string, listed: Listed): Promise<(readonly [string, TreeEntry])[]> {
  const entries: (readonly [string, TreeEntry])[] = [];
  const folders = new Map<string, Promise<boolean>>([['', Promise.resolve(true)]]);
  const paths = listed.paths.values();
  const worker = async (): Promise<void> => {
    for (const path of paths) {
      if (!(await isRealFolder(dir, parentOf(path), folders))) continue;
      const entry = await readEntry(dir, path);
      if (entry !== null) entries.push([path, entry]);
    }
  };
  await Promise.all(Array.from({ length: concurrent }, worker));
  for (const [path, commit] of listed.commits) {
    entries.push([path, { kind: 'dir', digest: digestOfBytes(`commit:${commit}`), bytes: 0 }]);
  }
  return entries;
}

/** The sizes of what was listed; what is gone meanwhile is left out. */
export async function readSizes(dir: string, { paths }: Listed): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const path of paths) {
    const stats = await statOf(`${dir}/${path}`, path);
    if (stats !== null) sizes.set(path, stats.size);
  }
  return sizes;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** An index may name files below what is a link by now; through links nothing is read. */
function isRealFolder(dir: string, path: string, known: Map<string, Promise<boolean>>): Promise<boolean> {
  const before = known.get(path);
  if (before !== undefined) return before;
  const answer = isRealFolder(dir, parentOf(path), known).then(
    async (parent) => parent && ((await statOf(`${dir}/${path}`, path))?.isDirectory() ?? false),
  );
  known.set(path, answer);
  return answer;
}

async function readEntry(dir: string, path: string): Promise<TreeEntry | null> {
  const full = `${dir}/${path}`;
  const stats = await statOf(full, path);
  try {
    if (stats?.isSymbolicLink()) {
      const target = await readlink(full, { encoding: 'buffer' });
      return { kind: 'link', digest: digestOfBytes(target), bytes: target.length };
    }
    if (stats?.isFile()) return await readFileEntry(full);
    return null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fromSystem(error, path);
  }
}

async function statOf(full: string, path: string): Promise<Stats | null> {
  try {
    return await lstat(full);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw fromSystem(error, path);
  }
}

async function readFileEntry(full: string): Promise<TreeEntry | null> {
  const handle = await open(full, flags);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return null;
    const { digest, bytes } = await digestOfHandle(handle, stats.size);
    return { kind: (stats.mode & 0o100) === 0 ? 'file' : 'exec', digest, bytes };
  } finally {
    await handle.close();
  }
}

interface Readable {
  read(buffer: Uint8Array, offset: number, length: number): Promise<{ readonly bytesRead: number }>;
}

/** Hashes an open file to its end, in bounded memory. `sizeBytes` is only a hint for the size of the buffer. */
export async function digestOfHandle(
  handle: Readable,
  sizeBytes: number,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const buffer = new Uint8Array(Math.min(sizeBytes + 1, chunkBytes));
  const first = await handle.read(buffer, 0, buffer.length);
  if (first.bytesRead < buffer.length && first.bytesRead === sizeBytes) {
    return { digest: digestOfBytes(buffer.subarray(0, first.bytesRead)), bytes: first.bytesRead };
  }
  const hash = createHash('sha256');
  let bytes = 0;
  for (let read = first.bytesRead; read > 0; read = (await handle.read(buffer, 0, buffer.length)).bytesRead) {
    hash.update(buffer.subarray(0, read));
    bytes += read;
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

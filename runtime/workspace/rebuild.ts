import { readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { digestOfBytes, OrketError, type Digest } from '#crds';
import type { FileContent, FileKind, WorkspaceChange } from '../journal/record.ts';
import { openBeneath } from './beneath.ts';
import { at, atBytes, itself, openFolder, type Folder, type Root } from './folder.ts';
import { wholeSpace, type Layer } from './layer.ts';
import { assertNothingMounted } from './mounts.ts';
import { temporaryPrefix } from './names.ts';
import { brokenForm, pathOf } from './path.ts';
import { fromSystem, ifThere, systemCode } from './refusal.ts';
import { writeFile } from './write.ts';

interface FinalFile {
  readonly kind: FileKind;
  readonly digest: Digest;
  /** Null where an earlier record holds the bytes. */
  readonly content: FileContent | null;
}

/**
 * Makes the folder of a layer what the recorded changes say, from nothing, and returns its files with their sizes. Only what
 * is left in the end is written. Throws JournalCorrupt where the changes contradict each other or their contents.
 */
export async function rebuildFiles(
  root: Root,
  { folder }: Layer,
  changes: readonly WorkspaceChange[],
  read: (content: FileContent | null, digest: Digest) => Promise<Uint8Array>,
): Promise<ReadonlyMap<string, number>> {
  const final = finalFiles(changes);
  await assertNothingMounted(root);
  await emptyPlace(root, folder);
  const prefix = folder.map((name) => `${name}/`).join('');
  const sizes = new Map<string, number>();
  for (const [path, { digest, content }] of final) {
    if (!path.startsWith(prefix)) continue;
    const bytes = await read(content, digest);
    const found = digestOfBytes(bytes);
    if (found !== digest) throw corrupt(path, digest, found);
    await writeFile(root, pathOf('workspace', path.split('/')), bytes);
    sizes.set(path, bytes.length);
  }
  return sizes;
}

/** What the changes leave, checked step by step: each must begin where the one before ended. */
export function finalFiles(changes: readonly WorkspaceChange[]): ReadonlyMap<string, FinalFile> {
  const files = new Map<string, FinalFile>();
  for (const { kind, path, before, after, content } of changes) {
    const rule = brokenForm(path, path.split('/'));
    if (rule !== null) throw corrupt(path, 'a path inside the Workspace', `one refused by rule ${rule}`);
    const present = files.get(path)?.digest ?? null;
    if (before !== present) throw corrupt(path, before ?? 'no file before the change', present ?? 'no file');
    if (after === null) files.delete(path);
    else files.set(path, { kind, digest: after, content });
  }
  return files;
}

function corrupt(path: string, expected: string, found: string): OrketError {
  const at = `workspace:${path}`;
  return new OrketError('JournalCorrupt', 'a recorded change of the Workspace does not fit', { at, expected, found });
}

/** Empties a folder, and takes it away with those above that are empty then: a folder is there for its files. */
async function emptyPlace(root: Root, segments: readonly string[]): Promise<void> {
  for (let depth = segments.length; depth >= 0; depth -= 1) {
    const folder = await folderAt(root, segments.slice(0, depth));
    const child = segments[depth];
    try {
      if (folder !== null && child === undefined) await emptyFolder(folder);
      if (folder !== null && child !== undefined && !(await removeFolder(folder, child))) return;
    } catch (error) {
      throw fromSystem(error, 'workspace:');
    } finally {
      await folder?.handle.close();
    }
  }
}

/** The caller closes it; null where there is none. */
async function folderAt(root: Root, segments: readonly string[]): Promise<Folder | null> {
  const path = { ...pathOf('workspace', []), segments };
  const found = await ifThere(openBeneath(root, path, { links: null, layer: wholeSpace[0] }));
  if (found === null || found.stats.isDirectory()) return found?.opened ?? null;
  await found.opened.handle.close();
  return null;
}

/** False where there is something in it. */
async function removeFolder(parent: Folder, name: string): Promise<boolean> {
  try {
    await rmdir(at(parent, name));
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    if (code === 'ENOENT') return true;
    throw error;
  }
}

/**
 * Takes each folder apart one level at a time, its own folders moved up beside it: the same few descriptors for any depth.
 * Everything is named from open folders, so that no link that appears meanwhile leads the removal elsewhere.
 */
async function emptyFolder(root: Folder): Promise<void> {
  const pending = await readdir(itself(root), { encoding: 'buffer' });
  const taken = new Set(pending.map((name) => name.toString('latin1')));
  let moved = 0;
  const freeName = (): NonSharedBuffer => {
    while (taken.has(`${temporaryPrefix}${moved}`)) moved += 1;
    return Buffer.from(`${temporaryPrefix}${moved++}`);
  };
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (await removeFile(root, name)) continue;
    const folder = await openFolder(atBytes(root, name), `${root.path}/${name.toString()}`);
    try {
      for (const child of await readdir(itself(folder), { encoding: 'buffer' })) {
        if (await removeFile(folder, child)) continue;
        const free = freeName();
        await rename(atBytes(folder, child), atBytes(root, free));
        pending.push(free);
      }
    } finally {
      await folder.handle.close();
    }
    await rmdir(atBytes(root, name));
  }
}

/** False for a folder. */
async function removeFile(folder: Folder, name: Buffer): Promise<boolean> {
  try {
    await unlink(atBytes(folder, name));
    return true;
  } catch (error) {
    const code = systemCode(error);
    // Linux says EISDIR for a folder, POSIX EPERM.
    if (code !== 'EISDIR' && code !== 'EPERM') throw error;
    return false;
  }
}

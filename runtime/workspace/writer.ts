import type { Digest } from '#crds';
import type { FileLimits } from '../semantics/semantics.ts';
import { openBeneath } from './beneath.ts';
import { itself, openRoot, type Root } from './folder.ts';
import { inLayer, ownPath, type Layer, type Layers } from './layer.ts';
import { assertNothingMounted } from './mounts.ts';
import { pathOf, type SpacePath } from './path.ts';
import { ifThere, PathRefused } from './refusal.ts';
import { rebuildFiles } from './rebuild.ts';
import { createStorage, tooManyFiles, type Storage } from './storage.ts';
import { sizesOf, treeFrom, treeOf } from './tree.ts';
import type { Workspace } from './workspace.ts';
import { bytesOfText, writeFile, type Written } from './write.ts';

/**
 * Called in turn, right before a file changes, with where it is in the whole Workspace and how large it will be; stops that by
 * throwing.
 */
export type BeforeRename = (place: string, bytes: number) => void;

/** Everything that changes the Workspace, one thing after another, whatever views it comes from. */
export interface Writer {
  /** Writes a path of a view. */
  write(view: Layers, path: SpacePath, text: string, beforeRename: BeforeRename): Promise<FileWritten>;
  /** Of the folder in which a view writes. */
  rebuild(view: Layers, ...from: Parameters<Workspace['rebuild']>): Promise<void>;
  /** Of the folder in which a view writes. Read from the files once after each change in it, not each time. */
  treeDigest(view: Layers): Promise<Digest>;
}

export interface FileWritten extends Written {
  /** Where it is in the whole Workspace. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** `sizeLimitBytes` is null for no limit. */
export function createWriter(root: Root, sizeLimitBytes: number | null, limits: FileLimits): Writer {
  const storage = createStorage(sizeLimitBytes, limits.files);
  const oneByOne = createQueue();
  let known = false;
  /** Not before it is needed: an attempt begins with a rebuild, whatever the one before left in the folder. */
  const takeStock = async (): Promise<void> => {
    if (known) return;
    storage.reset(await sizesIn(root, limits.files));
    known = true;
  };
  const digests = new Map<string, Digest>();
  return {
    write: (view, path, text, beforeRename) =>
      oneByOne(async () => {
        const own = ownPath(view, path, limits);
        assertWritable(path);
        const bytes = bytesOfText(path, text, limits);
        await takeStock();
        await assertFree(view, path, root, storage);
        const place = own.segments.join('/');
        for (const folder of digests.keys()) if (isWithin(folder, place)) digests.delete(folder);
        const giveBack = storage.take(place, bytes.length, path.text);
        try {
          return {
            ...(await writeFile(root, own, bytes, view, () => beforeRename(place, bytes.length))),
            path: place,
            bytes,
          };
        } catch (error) {
          giveBack();
          throw error;
        }
      }),
    rebuild: (view, changes, read) =>
      oneByOne(async () => {
        digests.clear();
        known = false;
        const sizes = await rebuildFiles(root, view[0], changes, read);
        if (view[0].folder.length > 0) return;
        storage.reset(sizes);
        known = true;
      }),
    treeDigest: (view) =>
      oneByOne(async () => {
        const folder = view[0].folder.join('/');
        const before = digests.get(folder);
        if (before !== undefined) return before;
        // Nothing is read of what is too much: a call that may write otherwise could have left anything.
        storage.reset(await sizesIn(root, limits.files));
        known = true;
        storage.assertFits();
        const digest = await digestOfLayer(root, view[0]);
        digests.set(folder, digest);
        return digest;
      }),
  };
}

function assertWritable(path: SpacePath): void {
  if (path.segments.length === 0) throw new PathRefused(path.text, 'not-a-file');
  for (const segment of path.segments) {
    if (segment !== segment.normalize('NFC')) throw new PathRefused(path.text, 'not-normalised');
  }
}

/** In a view a file is where no layer below has a folder, a link or a twin, as it would be in one folder. */
async function assertFree([, ...below]: Layers, path: SpacePath, root: Root, storage: Storage): Promise<void> {
  for (const layer of below) {
    const place = inLayer(layer, path);
    if (place === null) continue;
    storage.assertNoTwin(place.segments.join('/'), path.text);
    const found = await ifThere(openBeneath(root, place, { links: null, layer }));
    await found?.opened.handle.close();
    if (found?.stats.isDirectory() === true) throw new PathRefused(path.text, 'not-a-file');
  }
}

function isWithin(folder: string, path: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

async function digestOfLayer(root: Root, layer: Layer): Promise<Digest> {
  const path = { ...pathOf('workspace', []), segments: layer.folder };
  const found = await ifThere(openBeneath(root, path, { links: null, layer }));
  if (found === null) return treeFrom([]).digest;
  try {
    return (await treeOf(itself(found.opened), { listing: 'all' })).digest;
  } finally {
    await found.opened.handle.close();
  }
}

async function sizesIn(root: Root, most: number): Promise<ReadonlyMap<string, number>> {
  await assertNothingMounted(root);
  const folder = await openRoot(root);
  try {
    return await sizesOf(itself(folder), most);
  } catch (error) {
    if (!(error instanceof PathRefused) || error.rule !== 'too-many-entries') throw error;
    throw tooManyFiles('workspace:', most);
  } finally {
    await folder.handle.close();
  }
}

/** Runs work in the order in which it comes; a failure is its caller's alone. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}

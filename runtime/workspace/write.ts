import { constants } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { digestOfBytes, OrketError, type Digest } from '#crds';
import type { FileLimits } from '../semantics/semantics.ts';
import { openBeneath } from './beneath.ts';
import { assertInside, at, openFileAt, segmentsBelow, whereIs, type Folder, type Root } from './folder.ts';
import { isInLayer, wholeSpace, type Layers } from './layer.ts';
import { temporaryPrefix } from './names.ts';
import type { SpacePath } from './path.ts';
import { fromSystem, PathRefused, shownPath, systemCode } from './refusal.ts';
import { digestOfHandle } from './tree-entry.ts';

export interface Written {
  /** What was there before, null for nothing. */
  readonly before: Digest | null;
  readonly after: Digest;
}

/** The bytes of a text that is to be a file. Throws InputRefused for lone surrogates, PathRefused for too much. */
export function bytesOfText(path: SpacePath, text: string, limits: FileLimits): Uint8Array {
  if (!text.isWellFormed()) {
    throw new OrketError('InputRefused', 'the text is not well-formed Unicode', {
      at: shownPath(path.text),
      found: 'a lone surrogate',
    });
  }
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > limits.fileBytes) throw new PathRefused(path.text, 'file-too-large');
  return bytes;
}

/**
 * Puts a file where it belongs, at once or not at all: a temporary file beside it, renamed over it. `path` is from the
 * root and in `layer`, in the folder of which the view writes. Missing folders are made. Follows no link, in the folders or at the end. `beforeRename` may still stop it by throwing: nothing lies
 * between it and the change. Throws PathRefused.
 */
export async function writeFile(
  root: Root,
  path: SpacePath,
  bytes: Uint8Array,
  [layer]: Layers = wholeSpace,
  beforeRename: () => void = () => {},
): Promise<Written> {
  const name = path.segments.at(-1);
  if (name === undefined) throw new PathRefused(path.text, 'not-a-file');
  // What is refused on the way is refused for the path that was asked for.
  const parent: SpacePath = { ...path, segments: path.segments.slice(0, -1) };
  const { opened, stats } = await openBeneath(root, parent, { links: null, layer, create: true });
  try {
    if (!stats.isDirectory()) throw new PathRefused(path.text, 'not-a-folder');
    const before = await digestBefore(opened, name, path);
    const stillThere = async (): Promise<void> => {
      // The folder is held open, so what is above it can change its name only: it is asked for where it is now.
      const real = await assertInside(root, opened, path.text);
      if (!isInLayer(layer, segmentsBelow(root, real))) throw new PathRefused(path.text, 'moved');
      beforeRename();
    };
    await replace(opened, name, bytes, stillThere);
    return { before, after: digestOfBytes(bytes) };
  } catch (error) {
    throw fromSystem(error, path.text);
  } finally {
    await opened.handle.close();
  }
}

async function digestBefore(folder: Folder, name: string, path: SpacePath): Promise<Digest | null> {
  let file: Folder;
  try {
    const stats = await lstat(at(folder, name));
    if (stats.isSymbolicLink()) throw new PathRefused(path.text, 'link');
    if (stats.isDirectory()) throw new PathRefused(path.text, 'not-a-file');
    if (!stats.isFile()) throw new PathRefused(path.text, 'not-regular');
    file = await openFileAt(folder, name);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { nlink, size } = await file.handle.stat();
    if (nlink > 1) throw new PathRefused(path.text, 'hard-link');
    // Where it had a second name until just now, it has lost this one.
    if ((await whereIs(file)) !== `${await whereIs(folder)}/${name}`) throw new PathRefused(path.text, 'moved');
    return (await digestOfHandle(file.handle, size)).digest;
  } finally {
    await file.handle.close();
  }
}

async function replace(
  folder: Folder,
  name: string,
  bytes: Uint8Array,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const temporary = await writeTemporary(folder, bytes);
  try {
    await beforeRename();
    await rename(at(folder, temporary), at(folder, name));
  } catch (error) {
    await rm(at(folder, temporary), { force: true });
    throw error;
  }
}

const temporaryFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

async function writeTemporary(folder: Folder, bytes: Uint8Array): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const name = `${temporaryPrefix}${attempt}`;
    try {
      const handle = await open(at(folder, name), temporaryFlags, 0o644);
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
      return name;
    } catch (error) {
      // What a broken-off attempt or another writer left behind is not touched.
      if (systemCode(error) !== 'EEXIST' || attempt >= 100) throw error;
    }
  }
}

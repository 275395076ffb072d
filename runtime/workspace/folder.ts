import { constants, open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { OrketError } from '#crds';
import { fromSystem, PathRefused, systemCode } from './refusal.ts';
import type { SpaceName } from './workspace.ts';

/** The real folder of a space, known by its inode, so that another one in its place is noticed. */
export interface Root {
  readonly space: SpaceName;
  /** Absolute and without links. */
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
}

/** An open folder. What is below is named through its descriptor, so a rename of what is above changes nothing. */
export interface Folder {
  readonly handle: FileHandle;
  readonly path: string;
}

/**
 * Linux resolves `/proc/self/fd/N/name` from the open folder itself, which is what openat(2) does and Node does not
 * offer. Elsewhere names are joined and the opened file is compared afterwards: a weaker promise against races.
 */
const byDescriptor = process.platform === 'linux';

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Never waits for the other end of a pipe and never obtains a terminal. */
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Finds the real folder of a space. Throws NotFound where there is none. */
export async function findRoot(space: SpaceName, path: string): Promise<Root> {
  try {
    const real = await realpath(path);
    const stats = await stat(real, { bigint: true });
    if (!stats.isDirectory()) throw new PathRefused(`${space}:`, 'not-a-folder');
    const root = { space, path: real, dev: stats.dev, ino: stats.ino };
    const folder = await openRoot(root);
    await folder.handle.close();
    return root;
  } catch (error) {
    if (error instanceof PathRefused && error.rule !== 'not-a-folder') throw error;
    throw new OrketError('NotFound', `the folder of the ${space} space cannot be opened`, { at: path }, error);
  }
}

/** Opens the folder of a space. The caller closes it. Throws PathRefused where it is gone or another folder stands in its place. */
export async function openRoot(root: Root): Promise<Folder> {
  const handle = await openInPlace(root);
  const folder = { handle, path: root.path };
  try {
    const { dev, ino } = await handle.stat({ bigint: true });
    if (dev !== root.dev || ino !== root.ino) throw new PathRefused(`${root.space}:`, 'moved');
    await assertInside(root, folder, `${root.space}:`);
    return folder;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openInPlace({ space, path }: Root): Promise<FileHandle> {
  try {
    return await open(path, folderFlags);
  } catch (error) {
    const code = systemCode(error);
    const isGone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
    throw isGone ? new PathRefused(`${space}:`, 'moved', error) : fromSystem(error, `${space}:`);
  }
}

/** The name of an entry of an open folder, for calls of the file system. `name` is one segment. */
export function at(folder: Folder, name: string): string {
  return byDescriptor ? `/proc/self/fd/${folder.handle.fd}/${name}` : `${folder.path}/${name}`;
}

/** The name of an open folder itself. */
export function itself(folder: Folder): string {
  return byDescriptor ? `/proc/self/fd/${folder.handle.fd}` : folder.path;
}

/** The same for a name of any bytes, which only what removes files has to deal with. */
export function atBytes(folder: Folder, name: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(at(folder, '')), name]);
}

export function openFolderAt(parent: Folder, name: string): Promise<Folder> {
  return openFolder(at(parent, name), `${parent.path}/${name}`);
}

/** Opens a folder, never through a link. `path` is where it is, for systems without descriptors as names. */
export async function openFolder(name: string | Buffer, path: string): Promise<Folder> {
  return { handle: await open(name, folderFlags), path };
}

export async function openFileAt(parent: Folder, name: string): Promise<Folder> {
  return { handle: await open(at(parent, name), fileFlags), path: `${parent.path}/${name}` };
}

/** Asks the system where an open file is now, and returns that. Throws PathRefused unless it is inside the root. */
export async function assertInside(root: Root, opened: Folder, shown: string): Promise<string> {
  const real = await whereIs(opened);
  if (real !== root.path && !real.startsWith(root.path === '/' ? '/' : `${root.path}/`)) {
    throw new PathRefused(shown, 'moved');
  }
  return real;
}

/** The names from a root down to what is at `real`, which is inside it. */
export function segmentsBelow(root: Root, real: string): readonly string[] {
  return real.slice(root.path.length).split('/').filter(Boolean);
}

/** Where an open file is now, as the system says: a path of its own for one that lost its name. */
export async function whereIs(opened: Folder): Promise<string> {
  if (byDescriptor) return readlink(`/proc/self/fd/${opened.handle.fd}`);
  const real = await realpath(opened.path);
  const [named, held] = await Promise.all([stat(real, { bigint: true }), opened.handle.stat({ bigint: true })]);
  return named.dev === held.dev && named.ino === held.ino ? real : '';
}

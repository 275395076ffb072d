import fs from 'node:fs';
import { chmod, lstat, opendir, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError } from '#crds';
import { isCode } from '../../journal/file-ops.ts';
import { lockByKernel, type KernelLock } from '../../journal/kernel-lock.ts';
import { removeHostFolder } from './tool-folder.ts';

/** A folder for what one process puts down while it lives. */
export interface OwnFolder {
  readonly path: string;
  /** Resolves when it is gone, and when what the dead left has been seen to. */
  remove(): Promise<void>;
}

export interface OwnFolderOptions {
  readonly temporary: string;
  /** Of this process; null where there are none. */
  readonly userId: number | null;
}

const prefix = 'orket-hosts-';
/** What one process looks at and takes away: what is beyond is left for the next ones. */
const most = { entries: 10_000, folders: 16 } as const;
/** Each process that starts in the same moment can take away a folder that has no lock yet. */
const tries = 10;

/**
 * Makes a folder of this process in the temporary folder. The kernel holds its lock for as long as the process lives;
 * folders of the same user whose lock nobody holds are those of processes that were killed, and are removed meanwhile.
 */
export async function openOwnFolder(options: OwnFolderOptions): Promise<OwnFolder> {
  const temporary = await realpath(options.temporary);
  const { path, lock } = await makeLocked(temporary);
  const swept = sweep(path, { ...options, temporary }).catch(() => {});
  return {
    path,
    async remove() {
      await swept;
      await removeFolder(path).catch(() => {});
      lock.release();
    },
  };
}

interface Locked {
  readonly path: string;
  readonly lock: KernelLock;
}

async function makeLocked(temporary: string): Promise<Locked> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const path = fs.mkdtempSync(join(temporary, prefix));
    const file = join(path, lockFile);
    if (!makeLockFile(file)) continue;
    const ino = await inodeOf(file);
    const lock = ino === null ? null : lockIfThere(path);
    const isOurs = lock !== null && (await inodeOf(file)) === ino;
    if (isOurs) {
      // Hosts run as other users and have to reach what is theirs.
      await chmod(path, 0o711);
      return { path, lock };
    }
    // Taken for one that was left, in the moment between: another one.
    lock?.release();
  }
  throw new OrketError('ToolHostFailed', 'no folder for tool hosts can be made', { at: temporary });
}

/** Whether the folder is still there. Nobody else may hold the lock of a file that only this user may open. */
function makeLockFile(file: string): boolean {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Null where somebody has it, and where the folder is gone. */
function lockIfThere(path: string): KernelLock | null {
  try {
    return lockByKernel(path, { patienceMs: 0 });
  } catch (error) {
    if (fs.existsSync(path)) throw error;
    return null;
  }
}

const lockFile = 'lock.db';

async function inodeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ ino }) => ino,
    () => null,
  );
}

/** Removes what processes of this user left that are no more. */
async function sweep(own: string, { temporary, userId }: OwnFolderOptions): Promise<void> {
  let [entries, folders] = [0, 0];
  for await (const { name } of await opendir(temporary)) {
    entries += 1;
    if (entries > most.entries || folders >= most.folders) break;
    const path = join(temporary, name);
    if (!name.startsWith(prefix) || path === own) continue;
    if (await removeIfLeft(path, userId)) folders += 1;
  }
}

async function removeIfLeft(path: string, userId: number | null): Promise<boolean> {
  const folder = await lstat(path).catch(() => null);
  if (folder === null || !folder.isDirectory() || folder.uid !== userId) return false;
  if ((await inodeOf(join(path, lockFile))) === null) return removeEmpty(path);
  const lock = await lockOf(path);
  if (lock === null) return false;
  try {
    await removeFolder(path);
    return true;
  } catch {
    // What cannot be removed now is left for the next process.
    return false;
  } finally {
    lock.release();
  }
}

/**
 * A folder without a lock is empty: its process has just made it, or was killed as it made it or took it away. One that
 * lives makes itself another.
 */
async function removeEmpty(path: string): Promise<boolean> {
  return rmdir(path).then(
    () => true,
    () => false,
  );
}

async function lockOf(path: string): Promise<KernelLock | null> {
  try {
    return lockByKernel(path, { patienceMs: 0 });
  } catch {
    return null;
  }
}

/** The lock goes last: what is left of a folder when its removal is broken off is found by it. */
async function removeFolder(path: string): Promise<void> {
  for (const name of await readdir(path)) if (name !== lockFile) await removeHostFolder(join(path, name));
  await rm(path, { recursive: true, force: true });
}

import { mkdirSync, watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import { isCode } from '../journal/file-ops.ts';

/**
 * Tells when something arrived in a folder, by what the kernel says of it. A folder that is not there, that is removed or
 * gets another name is made anew, as long as the one above it stands.
 */
export function watchFolder(folder: string, arrived: () => void): { close(): void } {
  let closed = false;
  let watcher: FSWatcher | null = null;

  const start = (): void => {
    watcher?.close();
    watcher = closed ? null : open(folder);
    watcher?.on('change', (_type, file) => {
      // Of itself a folder tells under its own name, and is another one then: its inode may be the same again.
      if (file === null || file === basename(folder)) start();
      arrived();
    });
    watcher?.on('error', () => {
      start();
      arrived();
    });
  };
  start();
  return {
    close() {
      closed = true;
      watcher?.close();
    },
  };
}

/** Null where there is nothing any more to make it in. */
function open(folder: string): FSWatcher | null {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    if (!isCode(error, 'EEXIST')) throw error;
  }
  try {
    return watch(folder);
  } catch (error) {
    // Gone again already: it is made again, or there is nothing to make it in.
    if (isCode(error, 'ENOENT')) return open(folder);
    throw error;
  }
}

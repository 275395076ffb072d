import fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Goes with its process, however that ends. */
export interface KernelLock {
  release(): void;
}

/**
 * Takes the lock of a folder, an exclusive transaction on its `lock.db`, which is never written. Null where a live process
 * holds it, this one included, and keeps it for `patienceMs`, for which the thread waits: the kernel never takes it from one.
 */
export function lockByKernel(dir: string, { patienceMs }: { readonly patienceMs: number }): KernelLock | null {
  const database = new DatabaseSync(join(dir, 'lock.db'), { timeout: patienceMs });
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (isTaken(error)) return null;
    throw error;
  }
}

/** Whether a live process of this machine holds the lock of a folder. Takes nothing from it. */
export function isLocked(dir: string): boolean {
  const path = join(dir, 'lock.db');
  if (!fs.existsSync(path)) return false;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec('PRAGMA schema_version');
    return false;
  } catch (error) {
    if (isTaken(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

const busy = 5;
const locked = 6;

function isTaken(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return code === busy || code === locked;
}

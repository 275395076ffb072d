import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '#runtime';

const prefix = 'new-';
const form = /^new-[A-Za-z0-9]{6}$/;
/** Nothing is fetched for as long as this: what is older was left by a process that was killed. */
const leftAfterMs = 24 * 60 * 60 * 1000;
/** Folders that one process removes; the next goes on. */
const mostRemoved = 4;

/** Makes a folder that is there whole or not at all. False where it was there already, or another process was faster. */
export async function appear(folder: string, beside: string, make: (aside: string) => Promise<void>): Promise<boolean> {
  if (existsSync(folder)) return false;
  const work = await mkdtemp(join(beside, prefix));
  try {
    await sweep(beside, work);
    const aside = join(work, 'tree');
    await make(aside);
    await rename(aside, folder);
    return true;
  } catch (error) {
    if (existsSync(folder)) return false;
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Removes what killed processes left; the folder that was just made tells the time. */
async function sweep(beside: string, made: string): Promise<void> {
  const { mtimeMs: now } = await lstat(made);
  const names = (await readdir(beside)).filter((name) => form.test(name));
  let removed = 0;
  for (const name of names) {
    const path = join(beside, name);
    const found = await lstat(path).catch((error: unknown) => {
      // Whoever made it was done with it meanwhile.
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    });
    if (found === null || !found.isDirectory() || now - found.mtimeMs < leftAfterMs) continue;
    await rm(path, { recursive: true, force: true });
    if ((removed += 1) === mostRemoved) return;
  }
}

import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = '/sys/fs/cgroup';

/** Every folder that stands for the cgroup: one in version 2, one per hierarchy in version 1. */
export function cgroupFolders(name: string): readonly string[] {
  const hierarchies = existsSync(join(root, 'cgroup.controllers'))
    ? [root]
    : readdirSync(root).map((folder) => join(root, folder));
  return hierarchies.map((folder) => join(folder, name)).filter((folder) => existsSync(folder));
}

/** Removes the cgroup with all below it, in every hierarchy. Its processes must have ended, or be about to. */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const busy = cgroupFolders(name).filter((folder) => !removeTree(folder));
    if (busy.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${busy.join(', ')}: expected no process any more, found ${busy.flatMap(processesIn).join(', ')}`,
      );
    }
    await sleep(50); // the kernel empties the cgroup of a killed process a little later
  }
}

function removeTree(folder: string): boolean {
  try {
    for (const child of readdirSync(folder, { withFileTypes: true })) {
      if (child.isDirectory()) removeTree(join(folder, child.name));
    }
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

function processesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('cgroup.procs'))
    .flatMap((path) => readFileSync(join(folder, path), 'utf8').split('\n').filter(Boolean));
}

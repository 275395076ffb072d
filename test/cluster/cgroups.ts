import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = '/sys/fs/cgroup';

const kubeletControllers: ReadonlySet<string> = new Set(['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb']);

/** Version 2 has one hierarchy for all controllers, version 1 one for each. */
const isUnified = () => existsSync(join(root, 'cgroup.controllers'));

/** Every folder that stands for the cgroup, one in each hierarchy that has it. */
export function cgroupFolders(name: string): readonly string[] {
  return hierarchies()
    .map((folder) => join(folder, name))
    .filter((folder) => existsSync(folder));
}

/** Makes the cgroup in every hierarchy, ready for cgroups below it. */
export function makeCgroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, name);
    if (isUnified()) enableControllers(hierarchy);
    mkdirSync(folder, { recursive: true });
    if (isUnified()) enableControllers(folder);
    // In version 1 a new cpuset is empty, and no process can enter it.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const [from, to] = [join(hierarchy, file), join(folder, file)];
      if (!isUnified() && existsSync(from)) writeFileSync(to, readFileSync(from));
    }
  }
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

function hierarchies(): readonly string[] {
  if (isUnified()) return [root];
  // Beside the hierarchies there may be links to them, such as cpu,cpuacct.
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => join(root, name));
}

/** Lets the cgroups below a folder use those of its controllers that a kubelet asks for. */
function enableControllers(folder: string): void {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim().split(' ');
  const enabled = read('cgroup.subtree_control');
  const missing = read('cgroup.controllers').filter((name) => kubeletControllers.has(name) && !enabled.includes(name));
  if (missing.length === 0) return;
  try {
    writeFileSync(join(folder, 'cgroup.subtree_control'), missing.map((name) => `+${name}`).join(' '));
  } catch (cause) {
    const expected = `expected to enable the controllers ${missing.join(', ')} for cgroups below it`;
    throw new Error(`${folder}: ${expected}. In a container, its own processes must be in a cgroup below.`, { cause });
  }
}

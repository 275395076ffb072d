import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupFolders, removeCgroup } from './cgroups.ts';
import { cgroupName, readFacts } from './facts.ts';
import { layoutOf } from './layout.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';

/** Clusters live here whatever TMPDIR says: the paths of their sockets must stay short, and the next run must find them. */
export const clusterRoot = '/tmp';
export const clusterPrefix = 'orket-cluster-';

/** Folders of all clusters of this machine, also of dead ones. */
export function clusterFolders(): readonly string[] {
  const names = readdirSync(clusterRoot).filter((name) => name.startsWith(clusterPrefix));
  return names.map((name) => join(clusterRoot, name));
}

/** Removes what clusters left whose keeper is dead. Returns what was removed. */
export async function sweepDeadClusters(): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const dir of clusterFolders()) {
    if (isAbandoned(dir)) removed.push(...(await removeCluster(dir)));
  }
  return removed;
}

/** Ends what still runs in a cluster without keeper and removes its cgroup and folder. Returns what was removed. */
export async function removeCluster(dir: string): Promise<readonly string[]> {
  if (existsSync(layoutOf(dir).facts)) {
    const { namespaces } = readFacts(dir);
    if (namespaces && isRunning(namespaces)) process.kill(namespaces.pid, 'SIGKILL');
  }
  const cgroup = cgroupName(idOf(dir));
  const removed = [...cgroupFolders(cgroup), dir];
  await removeCgroup(cgroup);
  // Another run may sweep the same folder.
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  return removed;
}

export function idOf(dir: string): string {
  return dir.slice(join(clusterRoot, clusterPrefix).length);
}

function isAbandoned(dir: string): boolean {
  try {
    const owner: ProcessIdentity = JSON.parse(readFileSync(layoutOf(dir).owner, 'utf8'));
    return !isRunning(owner);
  } catch {
    return isOlderThanAMinute(dir); // a keeper makes the folder and at once says whose it is
  }
}

function isOlderThanAMinute(dir: string): boolean {
  const age = Date.now() - (statSync(dir, { throwIfNoEntry: false })?.ctimeMs ?? 0);
  return age > 60_000;
}

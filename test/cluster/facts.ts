import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { layoutOf } from './layout.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Size } from './size.ts';

/** What every process that works on a cluster knows of it, kept as cluster.json in its folder. */
export interface ClusterFacts {
  readonly id: string;
  readonly dir: string;
  readonly size: Size;
  /** Folders with the tools, for PATH. */
  readonly toolFolders: readonly string[];
  /** Archives to import before the cluster is ready; the pause image among them. */
  readonly imageArchives: readonly string[];
  /** The process that keeps the namespaces; absent until it runs. */
  readonly namespaces?: ProcessIdentity;
  /** What /proc/self/ns/net says inside; absent until the cluster is ready. */
  readonly network?: string;
}

/** Reads the facts of the cluster in a folder; throws when there is none. */
export function readFacts(dir: string): ClusterFacts {
  const file = layoutOf(dir).facts;
  if (!existsSync(file))
    throw new Error(`${dir}: expected the folder of a running cluster, found no cluster.json in it`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** True for a process that runs inside the cluster's namespaces. */
export function isInside(facts: ClusterFacts): boolean {
  return facts.network === networkOf('self');
}

/** Tells the network namespace of a process from any other that exists. */
export function networkOf(pid: number | 'self'): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}

/** The name of the cluster's cgroup, in every hierarchy: its pods live below it. */
export function cgroupName(id: string): string {
  return `orket-cluster-${id}`;
}
